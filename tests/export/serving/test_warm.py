import time

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from export import warmup
from export.serving.servable import Servable
from export.serving.status import ServingError, Status
from export.serving.warm import warm
from tests.support import toy_servable


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    folder = toy_servable.write(tmp_path_factory.mktemp("warm"), 1)
    servable = Servable(folder, 1)
    yield folder, servable
    servable.close()


def log(signature="", **inputs):
    entry = PredictionLog()
    request = entry.predict_log.request
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(np.float32(value)))
    return entry


def write(folder, *records):
    path = folder / "assets.extra" / warmup.NAME
    with tf.io.TFRecordWriter(str(path)) as file:
        for record in records:
            file.write(record)
    return path


def test_every_request_is_played(version):
    folder, servable = version
    good = log(x=[[1, 2, 3]]).SerializeToString()
    path = write(folder, good, good)
    assert warm(folder, servable) == 2
    path.unlink()
    assert warm(folder, servable) == 0


def test_the_first_request_of_a_signature_is_played_at_every_size(version, monkeypatch):
    folder, servable = version
    played = []

    def run(signature, inputs):
        played.append((signature, next(iter(inputs.values())).tolist()))

    monkeypatch.setattr(servable, "run", run)
    monkeypatch.setattr("export.serving.warm._is_worth_joining", lambda *asked: True)
    first, second = [[1, 2, 3]], [[4, 5, 6], [7, 8, 9]]
    logs = (log(x=first), log(x=second), log("uneven", x=first))
    path = write(folder, *(entry.SerializeToString() for entry in logs))
    assert warm(folder, servable, (2, 5)) == 3
    path.unlink()
    assert played == [
        ("serving_default", first),
        ("serving_default", first * 2),
        ("serving_default", first * 5),
        ("serving_default", second),
        # Rows of this signature cannot be put together.
        ("uneven", first),
    ]


@pytest.mark.parametrize(("of_rows", "joined"), [(True, False), (False, True)])
def test_rows_that_are_work_enough_are_run_alone(
    tmp_path, monkeypatch, of_rows, joined
):
    servable = Servable(toy_servable.write(tmp_path, 1), 1)
    write(tmp_path / "1", log(x=[[1, 2, 3]]).SerializeToString())
    played = []

    def run(signature, inputs):
        rows = len(inputs["x"])
        played.append(rows)
        end = time.thread_time() + 0.005 * (rows if of_rows else 1)
        while time.thread_time() < end:
            pass

    monkeypatch.setattr(servable, "run", run)
    warm(tmp_path / "1", servable, (32,))
    assert servable.signatures["serving_default"].joinable is joined
    assert (32 in played) is joined
    servable.close()


def _regress():
    entry = PredictionLog()
    entry.regress_log.request.model_spec.name = "m"
    return entry.SerializeToString()


def _classify(signature):
    entry = PredictionLog()
    entry.classify_log.request.model_spec.signature_name = signature
    entry.classify_log.request.input.example_list.examples.add()
    return entry.SerializeToString()


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([b"\xff\xff"], Status.DATA_LOSS),
        ([log(x=[[1, 2, 3]]).SerializeToString()] * 1001, Status.INVALID_ARGUMENT),
        ([log("no", x=[[1, 2, 3]]).SerializeToString()], Status.FAILED_PRECONDITION),
        ([log(z=[[1, 2, 3]]).SerializeToString()], Status.INVALID_ARGUMENT),
        ([log(x=[[1, 2]]).SerializeToString()], Status.INVALID_ARGUMENT),
        ([_regress()], Status.UNIMPLEMENTED),
        ([_classify("two")], Status.INVALID_ARGUMENT),
        ([_classify("echo")], Status.INVALID_ARGUMENT),
    ],
    ids=[
        *("no log", "too many", "signature", "input", "shape", "kind"),
        *("Examples for two inputs", "Examples for another input"),
    ],
)
def test_a_file_that_fails_fails_the_load(version, records, status):
    write(version[0], *records)
    with pytest.raises(ServingError) as error:
        warm(*version)
    assert error.value.status is status


def test_a_file_that_is_no_tfrecord(version):
    (version[0] / "assets.extra" / warmup.NAME).write_bytes(b"abc" * 20)
    with pytest.raises(ServingError) as error:
        warm(*version)
    assert error.value.status is Status.DATA_LOSS
