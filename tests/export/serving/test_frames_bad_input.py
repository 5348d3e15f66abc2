"""Bad input to a model that takes files of images."""

import base64
import gzip
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from export.conformance import images
from export.frames.sample import as_inputs, sample_clips
from export.signature import MAX_FRAMES
from tests.support.serve_process import serving

FILES = ("onset", "apex")
MOST_MIB = 50


@pytest.fixture(scope="module")
def frames(framed_version, tmp_path_factory):
    """A model with the signature `frames` behind `fgrmer serve`, in its own process."""
    base = tmp_path_factory.mktemp("frames") / "frames"
    shutil.copytree(framed_version, base / "1")
    with serving(base) as client:
        yield client


@pytest.fixture
def inputs():
    return as_inputs(sample_clips(2))


def by_rest(client, inputs):
    """Status and error of the request in column form."""
    asked = {
        name: [{"b64": base64.b64encode(file).decode()} for file in values]
        if name in FILES
        else values.tolist()
        for name, values in inputs.items()
    }
    reply = client.post({"signature_name": "frames", "inputs": asked})
    return reply.status, reply.body.get("error", "")


def refused(client, inputs, words):
    status, error = by_rest(client, inputs)
    assert (status, words in error) == (400, True), error
    code, message = client.refusal(inputs, signature="frames")
    assert (code, words in message) == ("INVALID_ARGUMENT", True), message


def test_what_is_right_is_answered(frames, inputs):
    assert by_rest(frames, inputs) == (200, "")
    assert len(frames.predict(inputs, signature="frames")["label"]) == 2


def test_no_input_is_an_integer(frames):
    """No number can be out of an integer's range but in another model."""
    served = frames.http("/v1/models/frames/metadata").body["metadata"]
    taken = {
        info["dtype"]
        for signature in served["signature_def"]["signature_def"].values()
        for info in signature["inputs"].values()
    }
    assert taken == {"DT_FLOAT", "DT_STRING"}


@pytest.mark.parametrize("name", ["landmarks", "apex_landmarks"])
@pytest.mark.parametrize("value", [-(2.0**21), 2.0**21])
def test_places_out_of_range(frames, inputs, name, value):
    inputs[name][1, 33, 0] = value
    refused(frames, inputs, f"`{name}` must be in [")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "data",
    [*images.NOT_IMAGES.values(), *images.ANIMATED.values()],
    ids=[*images.NOT_IMAGES, *images.ANIMATED],
)
def test_files_that_are_no_images(frames, inputs, name, data):
    inputs[name][1] = data
    refused(frames, inputs, "")


def test_too_many_clips(frames, inputs):
    rows = MAX_FRAMES + 1
    inputs = {name: np.repeat(held[:1], rows, 0) for name, held in inputs.items()}
    refused(frames, inputs, str(rows))


def resident(client, field):
    """Memory of the server [MiB]: `VmRSS` now, `VmHWM` the most since `forget`."""
    status = Path(f"/proc/{client.process.pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) / 1024


def forget(client):
    Path(f"/proc/{client.process.pid}/clear_refs").write_text("5")


def rise(client, ask):
    """Most that the memory rises in a request [MiB]."""
    forget(client)
    before = resident(client, "VmRSS")
    ask()
    return resident(client, "VmHWM") - before


BOMBS = images.bombs()
SAYS = {"PNG": "pixels", "GIF": "JPEG or PNG", "JPEG": "pixels"}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", BOMBS)
def test_image_bombs_take_no_memory(frames, inputs, name, kind):
    inputs[name][1] = BOMBS[kind]
    assert len(BOMBS[kind]) < 2**20
    assert rise(frames, lambda: refused(frames, inputs, SAYS[kind])) < MOST_MIB


PACKED = {
    "zeros": gzip.compress(bytes(2**28)),
    "lists": gzip.compress(b'{"instances": [' + b"[]," * 2**23 + b"1]}"),
}


@pytest.mark.parametrize("body", PACKED.values(), ids=PACKED)
def test_gzip_bombs_take_no_memory(frames, body):
    def ask():
        headers = {"Content-Encoding": "gzip"}
        assert frames.post(body, headers=headers).status == 413

    assert rise(frames, ask) < MOST_MIB


def test_a_shape_takes_no_memory(frames):
    proto = tensor_pb2.TensorProto(dtype=tf.float32.as_datatype_enum, float_val=[1.0])
    for size in (2**40, 30, 7, 7, 3):
        proto.tensor_shape.dim.add(size=size)

    def ask():
        code, _ = frames.refusal({"patches": proto}, signature="patches")
        assert code == "INVALID_ARGUMENT"

    assert rise(frames, ask) < MOST_MIB


def test_what_is_decoded_would_be_seen(frames, inputs):
    """The largest image that is taken; the last, for its memory is kept."""
    image = images.png(4_096, 4_096)
    inputs |= {name: [image] * 2 for name in FILES}
    answers = []
    assert rise(frames, lambda: answers.append(by_rest(frames, inputs))) > MOST_MIB
    assert answers == [(200, "")]
