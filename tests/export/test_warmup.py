import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from export import warmup
from export.errors import ExportError

FILE = "assets.extra/tf_serving_warmup_requests"


@pytest.fixture
def folder(exported):
    return exported.out / "savedmodel/1"


def records(folder):
    data = tf.data.TFRecordDataset(str(folder / FILE))
    return [PredictionLog.FromString(record.numpy()) for record in data]


@pytest.fixture
def holding(tmp_path):
    """A folder whose warm-up file holds the given records."""

    def write(logs):
        (tmp_path / "assets.extra").mkdir(exist_ok=True)
        with tf.io.TFRecordWriter(str(tmp_path / FILE)) as file:
            for log in logs:
                file.write(log)
        return tmp_path

    return write


def test_every_signature_is_asked_at_two_sizes(folder):
    asked = []
    for log in records(folder):
        kind = log.WhichOneof("log_type")
        request = getattr(log, kind).request
        if kind == "predict_log":
            (value,) = request.inputs.values()
            size = value.tensor_shape.dim[0].size
        else:
            size = len(request.input.example_list.examples)
        asked.append((request.model_spec.signature_name, kind, size))
    assert sorted(asked) == sorted(
        (name, "classify_log" if name == "classify" else "predict_log", size)
        for name in ("patches", "serving_default", "classify", "card")
        for size in (1, 5)
    )


def test_the_requests_are_answered_and_counted(folder, exported):
    assert warmup.replay(folder) == 8
    assert exported.record["verified"]["savedmodel"]["warmup_requests"] == 8


def request(signature, name, value):
    log = PredictionLog()
    log.predict_log.request.model_spec.signature_name = signature
    log.predict_log.request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return log.SerializeToString()


GOOD = request("patches", "patches", np.zeros((1, 30, 7, 7, 3), np.float32))


@pytest.mark.parametrize(
    "bad",
    [
        b"\xff garbage",
        request("gone", "patches", np.zeros((1, 30, 7, 7, 3), np.float32)),
        request("patches", "image", np.zeros((1, 30, 7, 7, 3), np.float32)),
        request("patches", "patches", np.zeros((1, 30, 7, 7, 1), np.float32)),
        request("patches", "patches", np.full((1, 30, 7, 7, 3), np.nan, np.float32)),
        PredictionLog().SerializeToString(),
    ],
    ids=["garbage", "signature", "input", "shape", "NaN", "nothing"],
)
def test_a_request_that_fails_is_named(holding, module, bad, monkeypatch):
    model = type("Model", (), {"signatures": signatures_of(module)})
    monkeypatch.setattr(tf.saved_model, "load", lambda folder: model)
    assert warmup.replay(holding([GOOD])) == 1
    with pytest.raises(ExportError, match="request 2 of 2 fails"):
        warmup.replay(holding([GOOD, bad]))


def signatures_of(module):
    return {
        name: function.get_concrete_function()
        for name, function in module.served.items()
    }


@pytest.mark.parametrize("count", [0, 1001])
def test_the_number_of_requests_is_limited(holding, count):
    with pytest.raises(ExportError, match=f"1 to 1000 requests, not {count}"):
        warmup.replay(holding([GOOD] * count))


def test_what_is_no_file_of_records_is_told(tmp_path, folder):
    with pytest.raises(ExportError, match="must be a TFRecord"):
        warmup.replay(tmp_path)
    shutil.copytree(folder / "assets.extra", tmp_path / "assets.extra")
    (tmp_path / FILE).write_bytes(b"these are no records, but long enough to read")
    with pytest.raises(ExportError, match="must be a TFRecord"):
        warmup.replay(tmp_path)
