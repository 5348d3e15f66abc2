"""Bad input: what is answered, row by row of docs/serving.md.

Files of images are asked for in test_frames_bad_input.py, damaged versions in
test_corrupt_versions.py.
"""

import base64
import concurrent.futures
import contextlib
import gzip
import json
import socket
import time
import urllib.parse

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2

from export.runners import serialize
from export.serving.settings import Limits
from tests.support import toy_servable
from tests.support.serving_client import random_patches, running

PATCHES = {"signature_name": "patches"}
GOOD = {"instances": [[1, 2, 3]]}


def b64(data):
    return {"b64": base64.b64encode(data).decode()}


def nested(depth):
    return b'{"instances": ' + b"[" * depth + b"]" * depth + b"}"


REFUSED_BY_TOY = {
    "empty body": b"",
    "no JSON": b"patches",
    "array at the top": b"[1]",
    "no instances": {"instances": []},
    "instances no list": {"instances": 3},
    "ragged": {"instances": [[1, 2, 3], [1, 2]]},
    "ragged within": {"signature_name": "two", "inputs": {"a": [[1], 2], "b": [1, 2]}},
    "objects and lists": {"instances": [{"x": [1, 2, 3]}, [1, 2, 3]]},
    "text for a number": {"instances": [["1", "2", "3"]]},
    "null": {"instances": [[1, None, 3]]},
    "bool": {"instances": [[1, True, 3]]},
    "object for a number": {"instances": [[1, {"x": 1}, 3]]},
    "whole number beyond float32": {"instances": [[1, 2, 2**24 + 1]]},
    "wrong width": {"instances": [[1, 2]]},
    "wrong rank": {"instances": [1, 2, 3]},
    "int32 out of range": {
        "signature_name": "two",
        "inputs": {"a": [[1, 2]], "b": [2**31]},
    },
    "number with a fraction for int32": {
        "signature_name": "two",
        "inputs": {"a": [[1, 2]], "b": [1.5]},
    },
    "batches of two sizes": {
        "signature_name": "two",
        "inputs": {"a": [[1, 2]], "b": [1, 2]},
    },
    "row form for several inputs": {"signature_name": "two", "instances": [[1, 2]]},
    "column form for several inputs": {"signature_name": "two", "inputs": [[1, 2]]},
    "unknown input": {"instances": [{"z": [1, 2, 3]}]},
    "empty inputs": {"inputs": []},
    "unknown signature": GOOD | {"signature_name": "no"},
    "base64 of the wrong alphabet": {
        "signature_name": "echo",
        "inputs": [{"b64": "*"}],
    },
    "base64 of a number": {"signature_name": "echo", "inputs": [{"b64": 1}]},
    "base64 and another key": {
        "signature_name": "echo",
        "inputs": [{"b64": "QQ==", "c": 1}],
    },
    "a key twice": b'{"instances": [[1, 2, 3]], "instances": [[1, 2, 3]]}',
    "a lone surrogate": b'{"signature_name": "echo", "inputs": ["\\ud800"]}',
    "no UTF-8": b'{"signature_name": "echo", "inputs": ["\xff"]}',
    "a number of 5000 digits": b'{"instances": [[1, 2, ' + b"9" * 5000 + b"]]}",
    "50 000 deep": nested(50_000),
    "20 deep": nested(20),
    "deep in a key nobody reads": b'{"a": %s}' % (b"[" * 50_000),
    "cut off": b'{"instances": [[1, 2',
}


@pytest.mark.parametrize("body", REFUSED_BY_TOY.values(), ids=REFUSED_BY_TOY)
def test_refused_by_rest(toy, body):
    reply = toy.post(body)
    assert reply.status == 400
    assert reply.body.keys() == {"error"}
    assert 0 < len(reply.body["error"]) < 300


def test_what_is_defined_rather_than_refused(toy):
    assert toy.post(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()).status == 200
    assert toy.post({"inputs": {"x": [[1, 2, 3]], "extra": 0}}).status == 200
    assert toy.post({"signature_name": "echo", "inputs": []}).body == {
        "outputs": {"text": [], "raw_bytes": []}
    }
    assert toy.predict({"x": np.zeros((0, 3), "f4")})["y"].shape == (0, 3)


def _clip(value):
    clips = random_patches(2).astype(object)
    clips[1, 3, 2, 1, 0] = value
    return clips.tolist()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e308])
def test_numbers_that_are_not_finite(fgrmer, value):
    reply = fgrmer.post(PATCHES | {"instances": _clip(value)})
    assert reply.status == 400
    # The message says which row.
    assert reply.body["error"].endswith("[1]")
    clips = random_patches(2)
    clips[1, 3, 2, 1, 0] = value if value < 1e300 else np.inf
    code, _ = fgrmer.refusal({"patches": clips}, signature="patches")
    assert code == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "shape", [(1, 30, 7, 7, 1), (1, 29, 7, 7, 3), (30, 7, 7, 3), (1, 30, 7, 3, 7)]
)
def test_another_shape(fgrmer, shape):
    patches = np.zeros(shape, np.float32)
    assert fgrmer.post(PATCHES | {"inputs": patches.tolist()}).status == 400
    code, message = fgrmer.refusal({"patches": patches}, signature="patches")
    assert code == "INVALID_ARGUMENT"
    assert "(None, 30, 7, 7, 3)" in message


def test_another_dtype(toy):
    code, message = toy.refusal({"x": np.zeros((1, 3), "f8")})
    assert (code, "float32" in message) == ("INVALID_ARGUMENT", True)


def test_too_many_rows(fgrmer):
    examples = serialize(random_patches(1)) * 1025
    code, message = fgrmer.refusal({"examples": examples})
    assert (code, message) == (
        "INVALID_ARGUMENT",
        "A request may have 1024 rows but got: 1025",
    )
    assert fgrmer.post({"instances": [""] * 1025}).status == 400


def _proto(shape, *, dtype=tf.float32, **fields):
    proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum, **fields)
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto


@pytest.mark.parametrize(
    "proto",
    [
        _proto((2**40, 3), float_val=[1.0]),
        _proto((2, 3), float_val=[1.0, 2.0]),
        _proto((2, 3), tensor_content=b"abc"),
        _proto((-1, 3)),
        tensor_pb2.TensorProto(dtype=999),
        tensor_pb2.TensorProto(),
    ],
    ids=["huge", "too few", "torn", "negative", "no such dtype", "empty"],
)
def test_tensors_that_are_none(toy, proto):
    code, _ = toy.refusal({"x": proto})
    assert code == "INVALID_ARGUMENT"


def _examples():
    (good,) = serialize(random_patches(1))
    example = tf.train.Example.FromString(good)
    numbers = tf.train.Example()
    numbers.features.feature["patches"].float_list.value.append(1.0)
    missing = tf.train.Example()
    missing.features.feature["clip"].bytes_list.value.append(b"7")
    short = tf.train.Example()
    short.features.feature["patches"].bytes_list.value.append(b"\xff" * 8)
    odd = tf.train.Example()
    odd.features.feature["patches"].bytes_list.value.append(b"\xff" * 9)
    unknown = [numbers, missing, short, odd]
    example.features.feature["more"].int64_list.value.append(3)
    bad = [b"\xff\xfe\x80", good[:100], b""]
    return [*bad, *(e.SerializeToString() for e in unknown)], example


@pytest.mark.parametrize("number", range(7))
def test_examples_that_are_none(fgrmer, number):
    example = _examples()[0][number]
    code, message = fgrmer.refusal({"examples": [example]})
    assert code == "INVALID_ARGUMENT"
    assert "[[" not in message
    assert fgrmer.post({"instances": [b64(example)]}).status == 400
    good = serialize(random_patches(2))
    reply = fgrmer.post({"instances": [b64(e) for e in (*good, example)]})
    assert reply.status == 400


def test_an_example_with_more_features_is_taken(fgrmer):
    example = _examples()[1].SerializeToString()
    assert len(fgrmer.predict({"examples": [example]})["label"]) == 1


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"<svg/>"]
)
def test_images_are_no_examples(fgrmer, data):
    assert fgrmer.post({"instances": [b64(data)]}).status == 400


CLASSIFY = {
    "no examples": {},
    "none": {"examples": []},
    "no list": {"examples": {}},
    "no object": {"examples": [3]},
    "null": {"examples": [{"a": None}]},
    "list in a list": {"examples": [{"a": [[1]]}]},
    "two kinds": {"examples": [{"a": [1, "b"]}]},
    "beyond int64": {"examples": [{"a": 2**63}]},
    "context no object": {"examples": [{}], "context": 3},
    "no such signature": {"examples": [{}], "signature_name": "no"},
    "signature of another kind": {"examples": [{}], "signature_name": "patches"},
    "feature missing": {"examples": [{"a": [1.5]}]},
}


@pytest.mark.parametrize("body", CLASSIFY.values(), ids=CLASSIFY)
def test_refused_by_classify(fgrmer, body):
    reply = fgrmer.post(body, method="classify")
    assert reply.status == 400
    assert reply.body.keys() == {"error"}


@pytest.mark.parametrize("value", [0.0, 0.25])
def test_a_clip_without_motion_has_an_answer(fgrmer, value):
    clip = np.full((1, 30, 7, 7, 3), value, np.float32)
    (found,) = fgrmer.predict({"patches": clip}, signature="patches")["probabilities"]
    assert found.sum() == pytest.approx(1, abs=1e-5)


def test_integers_out_of_range(toy):
    for values in ([[0, 256]], [[-1, 0]], [[2**70, 0]]):
        assert toy.post({"signature_name": "pixels", "inputs": values}).status == 400
    for value in (256, -1, 2**31 - 1):
        # The field has 32 bits, the input 8: 256 must not become 0.
        proto = _proto((1, 2), dtype=tf.uint8, int_val=[0, value])
        code, message = toy.refusal({"p": proto}, signature="pixels")
        assert (code, "uint8" in message) == ("INVALID_ARGUMENT", True)
    most = _proto((1, 2), dtype=tf.uint8, int_val=[0, 255])
    assert toy.predict({"p": most}, signature="pixels")["total"] == 255


ESCAPES = ("..", "../toy", "../../etc/passwd", "toy/../toy", "./toy", "/", "toy\0")


@pytest.mark.parametrize("name", ESCAPES)
def test_names_are_no_paths_by_rest(toy, name):
    quoted = urllib.parse.quote(name, safe="").replace(".", "%2e")
    for path in (
        f"/v1/models/{quoted}",
        f"/v1/models/{quoted}/metadata",
        f"/v1/models/{quoted}/versions/1",
    ):
        assert toy.http(path).status == 404
    assert toy.http(f"/v1/models/{quoted}:predict", GOOD).status == 404
    assert toy.http(f"/v1/models/{quoted}:classify", GOOD).status == 404
    # A label that nobody gave, and what is no number, and no signature.
    assert toy.post(GOOD, where=f"/labels/{quoted}").status == 400
    assert toy.http(f"/v1/models/toy/versions/{quoted}").status == 400
    assert toy.post(GOOD | {"signature_name": name}).status == 400
    assert toy.post({"inputs": {name: [[1, 2, 3]]}}).status == 400


@pytest.mark.parametrize("path", ["/v1/models/../../etc/passwd", "/v1/models/toy/../a"])
def test_dots_in_a_path_are_not_followed(toy, path):
    reply = toy.http(path)
    assert (reply.status, reply.body.keys()) == (400, {"error"})


@pytest.mark.parametrize("name", ESCAPES)
def test_names_are_no_paths_by_grpc(toy, name):
    x = {"x": np.zeros((1, 3), "f4")}
    for code, inputs, asked in (
        ("NOT_FOUND", x, {"name": name}),
        ("INVALID_ARGUMENT", x, {"label": name}),
        ("FAILED_PRECONDITION", x, {"signature": name}),
        ("INVALID_ARGUMENT", x, {"outputs": [name]}),
        ("INVALID_ARGUMENT", {name: x["x"]}, {}),
    ):
        assert toy.refusal(inputs, **asked)[0] == code
    status = get_model_status_pb2.GetModelStatusRequest()
    metadata = get_model_metadata_pb2.GetModelMetadataRequest()
    for ask, request in (
        (toy.models.GetModelStatus, status),
        (toy.prediction.GetModelMetadata, metadata),
    ):
        request.model_spec.name = name
        with pytest.raises(grpc.RpcError) as error:
            ask(request)
        assert error.value.code().name == "NOT_FOUND"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A toy that allows little, of space and of time."""
    base = tmp_path_factory.mktemp("small") / "toy"
    base.mkdir()
    toy_servable.write(base, 1)
    limits = Limits(
        max_body_bytes=20_000,
        max_json_values=1_000,
        max_requests=2,
        request_seconds=0.5,
        idle_seconds=0.5,
        shutdown_seconds=3,
    )
    with running(base, limits=limits) as client:
        yield client


def test_body_too_long(small):
    for body in (b" " * 20_001, b" " * 200_000):
        assert small.post(body).status == 413
    packed = gzip.compress(b" " * 20_001)
    assert small.post(packed, headers={"Content-Encoding": "gzip"}).status == 413
    code, _ = small.refusal({"x": np.zeros((5_000, 3), "f4")})
    assert code == "RESOURCE_EXHAUSTED"


def test_too_many_values(small):
    assert small.post({"instances": [0] * 1_002}).status == 413
    # Commas in a text are none.
    text = {"signature_name": "echo", "instances": ["," * 2_000]}
    assert small.post(text).status == 200


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"abc", "gzip"), (gzip.compress(b"{}")[:-9], "gzip"), (b"{}", "br")],
)
def test_encodings_that_are_none(small, body, encoding):
    assert small.post(body, headers={"Content-Encoding": encoding}).status == 400


def test_compressed_grpc_is_not_inflated(small):
    request = small.request({"x": np.zeros((1, 3), "f4")})
    with pytest.raises(grpc.RpcError) as error:
        small.prediction.Predict(request, compression=grpc.Compression.Gzip)
    assert error.value.code().name == "UNIMPLEMENTED"


@contextlib.contextmanager
def _raw(client, sent):
    with socket.create_connection(("127.0.0.1", client.rest_port), timeout=10) as raw:
        raw.sendall(sent)
        yield raw


def _head(length):
    return (
        b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n"
        % (length)
    )


def test_slow_clients_are_let_go_and_disturb_nobody(small):
    with (
        _raw(small, b"") as silent,
        _raw(small, b"POST /v1") as slow_head,
        _raw(small, _head(10) + b"\r\n{") as slow_body,
    ):
        assert small.post(GOOD).status == 200
        assert slow_body.recv(100).startswith(b"HTTP/1.1 408")
        assert (silent.recv(1), slow_head.recv(1)) == (b"", b"")


def test_a_huge_head(small):
    head = b"GET / HTTP/1.1\r\nA: " + b"a" * 100_000
    with contextlib.suppress(ConnectionResetError), _raw(small, head) as raw:
        assert raw.recv(100).startswith(b"HTTP/1.1 400")
    assert small.post(GOOD).status == 200


def test_a_client_that_goes_away(small):
    with _raw(small, _head(10) + b"\r\n{"):
        pass
    assert small.post(GOOD).status == 200


def test_an_answer_that_takes_too_long(small):
    ask = {"signature_name": "slow", "instances": [[1, 2, 3]]}
    assert small.post(ask).status == 504
    code, _ = small.refusal({"x": np.zeros((1, 3), "f4")}, signature="slow")
    assert code == "DEADLINE_EXCEEDED"


def test_too_many_requests_at_once(small):
    with _raw(small, _head(10) + b"\r\n"), _raw(small, _head(10) + b"\r\n"):
        time.sleep(0.1)
        assert small.post(GOOD).status == 503
    small.patient(lambda: small.post(GOOD).status == 200)


def test_parallel_requests_during_a_reload(toy):
    def ask(_):
        return toy.post(GOOD).status

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        asked = pool.map(ask, range(64))
        hidden = (toy.base / "3").rename(toy.base / ".withdrawn-3")
        assert set(asked) <= {200, 503}
    toy.patient(lambda: "version 3 is not served any more" in toy.lines)
    hidden.rename(toy.base / "3")
    toy.patient(lambda: toy.post(GOOD).body["predictions"] == [[32.0, 34.0, 36.0]])
