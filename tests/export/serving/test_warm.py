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


def _regress():
    entry = PredictionLog()
    entry.regress_log.request.model_spec.name = "m"
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
    ],
    ids=["no log", "too many", "signature", "input", "shape", "kind"],
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
