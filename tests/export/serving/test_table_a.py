"""What a client of TensorFlow Serving can rely on, row by row of docs/serving.md."""

import base64
import concurrent.futures
import gzip
import json
import shutil
import threading

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2

from export import signature as names
from export.runners import serialize
from export.warmup import MOST_RECORDS, NAME
from tests.support import toy_servable
from tests.support.serving_client import random_patches, running

ROWS = {}
ELSEWHERE = {
    22: "the artefact against Keras: tests/export/test_exporter.py",
    28: "the artefact alone: tests/export/test_verify.py, test_structure.py",
}
"""Rows of the artefact, which the server cannot change, and where they are tested."""


def row(number):
    def note(function):
        ROWS[number] = function
        return function

    return note


def test_every_row_is_tested_somewhere():
    assert sorted(ROWS.keys() | ELSEWHERE.keys()) == list(range(1, 33))


def test_row(subtests_row, servers):
    ROWS[subtests_row](servers.fgrmer, servers.toy)


def pytest_generate_tests(metafunc):
    if "subtests_row" in metafunc.fixturenames:
        ids = [f"{number}-{ROWS[number].__name__}" for number in sorted(ROWS)]
        metafunc.parametrize("subtests_row", sorted(ROWS), ids=ids)


def b64(data):
    return {"b64": base64.b64encode(data).decode()}


@row(1)
def tag_set(fgrmer, toy):
    from tensorflow.python.tools.saved_model_utils import get_saved_model_tag_sets

    assert get_saved_model_tag_sets(str(fgrmer.base / "1")) == [["serve"]]


@row(2)
def signatures(fgrmer, toy):
    """Names, dtypes and ranks that are served are those that the exporter states."""
    stated = names.signatures("savedmodel", channels=3, num_classes=3)
    served = fgrmer.http("/v1/models/fgrmer/metadata").body["metadata"]
    served = served["signature_def"]["signature_def"]
    assert served.keys() - {"__saved_model_init_op"} == stated.keys()
    for name, sides in stated.items():
        assert served[name]["method_name"] == "tensorflow/serving/predict"
        for side, tensors in sides.items():
            assert served[name][side].keys() == tensors.keys()
            for tensor, spec in tensors.items():
                info = served[name][side][tensor]
                dtype = {"float32": "DT_FLOAT", "string": "DT_STRING"}[spec["dtype"]]
                assert info["dtype"] == dtype
                sizes = [dim["size"] for dim in info["tensor_shape"]["dim"]]
                assert sizes == ["-1", *map(str, spec["shape"][1:])]


@row(3)
def batch_dim(fgrmer, toy):
    for rows in (0, 1, 7, 64, 65):
        found = fgrmer.predict({"patches": random_patches(rows)}, signature="patches")
        assert {name: len(value) for name, value in found.items()} == dict.fromkeys(
            ("logits", "probabilities", "label"), rows
        )


@row(4)
def row_form(fgrmer, toy):
    reply = toy.post({"instances": [[1, 2, 3], [4, 5, 6.5]]})
    assert reply.body == {"predictions": [[32.0, 34.0, 36.0], [38.0, 40.0, 43.0]]}


@row(5)
def row_objects(fgrmer, toy):
    rows = [{"a": [1, 2], "b": 5}, {"a": [3, 4], "b": -1}]
    ask = {"signature_name": "two", "instances": rows}
    assert toy.post(ask).body["predictions"] == [
        {"total": 8.0, "b": 5},
        {"total": 6.0, "b": -1},
    ]
    for wrong in ({"a": [1, 2]}, {"a": [1, 2], "b": 5, "c": 1}):
        reply = toy.post(ask | {"instances": [wrong]})
        assert reply.status == 400
        assert "keys must be equal to: a,b" in reply.body["error"].lower()


@row(6)
def column_form(fgrmer, toy):
    ask = {"signature_name": "two", "inputs": {"a": [[1, 2]], "b": [5], "extra": 1}}
    assert toy.post(ask).body == {"outputs": {"total": [8.0], "b": [5]}}
    reply = toy.post({"signature_name": "two", "inputs": {"a": [[1, 2]]}})
    assert reply.status == 400
    assert "Missing named input: b" in reply.body["error"]


@row(7)
def both_or_neither(fgrmer, toy):
    for ask in ({"instances": [[1, 2, 3]], "inputs": [[1, 2, 3]]}, {}):
        assert toy.post(ask).status == 400


@row(8)
def single_and_several_outputs(fgrmer, toy):
    assert toy.post({"inputs": [[1, 2, 3]]}).body == {"outputs": [[32.0, 34.0, 36.0]]}
    several = toy.post({"signature_name": "two", "inputs": {"a": [[0, 0]], "b": [5]}})
    assert several.body["outputs"].keys() == {"total", "b"}


@row(9)
def outputs_of_another_length(fgrmer, toy):
    ask = {"signature_name": "uneven"}
    reply = toy.post(ask | {"instances": [[1, 2, 3]]})
    assert reply.status == 400
    assert "inconsistent batch size" in reply.body["error"]
    assert toy.post(ask | {"inputs": [[1, 2, 3]]}).body["outputs"]["fixed"] == [
        *range(5)
    ]


@row(10)
def bytes_in(fgrmer, toy):
    (example,) = serialize(random_patches(1))
    reply = fgrmer.post({"instances": [b64(example)]})
    assert reply.body["predictions"][0]["label"] in "positive negative überrascht"
    for wrong in ({"b64": 1}, {"b64": "QQ==", "c": 1}, {"b64": "*"}):
        assert fgrmer.post({"inputs": [wrong]}).status == 400
    # Text is text, and text is no Example.
    assert fgrmer.post({"instances": ["QQ=="]}).status == 400


@row(11)
def bytes_out(fgrmer, toy):
    reply = toy.post({"signature_name": "echo", "instances": ["é"]})
    (found,) = reply.body["predictions"]
    assert found == {"text": "é", "raw_bytes": b64("é".encode())}


@row(12)
def signature_name(fgrmer, toy):
    assert toy.post({"signature_name": 3, "instances": [[1, 2, 3]]}).status == 400
    assert toy.post({"signature_name": "no", "instances": [[1, 2, 3]]}).status == 400
    code, message = toy.refusal({"x": np.zeros((1, 3), "f4")}, signature="no")
    assert (code, message) == (
        "FAILED_PRECONDITION",
        'Serving signature key "no" not found.',
    )


@row(13)
def unknown_model_version_label(fgrmer, toy):
    ask, x = {"instances": [[1, 2, 3]]}, {"x": np.zeros((1, 3), "f4")}
    assert toy.post(ask, name="other").status == 404
    assert toy.post(ask, where="/versions/9").status == 404
    assert toy.refusal(x, name="other")[0] == "NOT_FOUND"
    assert toy.refusal(x, version=9)[0] == "NOT_FOUND"
    reply = toy.post(ask, where="/labels/no")
    assert reply.status == 400
    assert reply.body["error"] == "Unrecognized servable version label: no"
    assert toy.refusal(x, label="no")[0] == "INVALID_ARGUMENT"
    # A label for a version that is not there is a version that is not there.
    assert toy.post(ask, where="/labels/gone").status == 404


@row(14)
def path_and_verb(fgrmer, toy):
    assert toy.http("/nothing").status == 404
    for method, path in (
        ("GET", "/v1/models/toy:predict"),
        ("POST", "/v1/models/toy"),
        ("PUT", "/v1/models/toy:predict"),
        ("POST", "/v1/models/toy:explain"),
    ):
        reply = toy.http(path, b"{}", method=method)
        assert reply.status == 400
        assert reply.body["error"].startswith(f"Malformed request: {method} {path}")
    assert toy.http("/V1/MODELS/toy").status == 200


@row(15)
def version_no_int64(fgrmer, toy):
    ask = {"instances": [[1, 2, 3]]}
    assert toy.post(ask, where="/versions/99999999999999999999").status == 400
    assert toy.post(ask, where="/versions/one").status == 400


@row(16)
def non_finite_numbers(fgrmer, toy):
    reply = toy.post(b'{"instances": [[NaN, Infinity, -Infinity]]}')
    found = reply.body["predictions"][0]
    assert np.isnan(found[0])
    assert found[1:] == [np.inf, -np.inf]


@row(17)
def trailing_bytes(fgrmer, toy):
    assert toy.post(b'{"instances": [[1, 2, 3]]} and more').status == 200


@row(18)
def output_filter(fgrmer, toy):
    inputs = {"a": np.zeros((1, 2), "f4"), "b": np.zeros(1, "i4")}
    found = toy.predict(inputs, signature="two", outputs=["b"])
    assert found.keys() == {"b"}
    for outputs in (["no"], ["b", "b"]):
        code, _ = toy.refusal(inputs, signature="two", outputs=outputs)
        assert code == "INVALID_ARGUMENT"


@row(19)
def wrong_input_count(fgrmer, toy):
    x = np.zeros((1, 3), "f4")
    code, message = toy.refusal({"x": x, "z": x})
    assert code == "INVALID_ARGUMENT"
    assert "Sent extra: {z}" in message
    code, message = toy.refusal({})
    assert code == "INVALID_ARGUMENT"
    assert "Missing but required: {x}" in message


@row(20)
def dtypes_that_json_has_not(fgrmer, toy):
    assert toy.post({"signature_name": "half", "inputs": [1.5]}).status == 501
    assert toy.post({"signature_name": "half", "instances": [1.5]}).status == 400
    found = toy.predict({"h": np.array([1.5], "f2")}, signature="half")
    assert found["h"].tolist() == [1.5]


@row(21)
def signatures_agree(fgrmer, toy):
    clips = random_patches(5)
    tensors = fgrmer.predict({"patches": clips}, signature="patches")
    examples = fgrmer.predict({"examples": serialize(clips)})
    np.testing.assert_allclose(tensors["logits"], examples["logits"], atol=1e-6)
    sent = [{"patches": b64(clip.tobytes())} for clip in clips]
    classified = fgrmer.post({"examples": sent}, method="classify").body["results"]
    scores = [[score for _, score in row] for row in classified]
    np.testing.assert_allclose(tensors["probabilities"], scores, atol=1e-6)
    assert [label for label, _ in classified[0]] == [
        "positive",
        "negative",
        "überrascht",
    ]


@row(23)
def rows_are_independent(fgrmer, toy):
    clips = random_patches(7)
    together = fgrmer.predict({"patches": clips}, signature="patches")["logits"]
    alone = [
        fgrmer.predict({"patches": clips[i : i + 1]}, signature="patches")["logits"]
        for i in range(7)
    ]
    np.testing.assert_allclose(together, np.concatenate(alone), atol=1e-5)


@row(24)
def versions_labels_rollback(fgrmer, toy):
    ask = {"instances": [[0, 0, 0]]}

    def told(**where):
        return toy.post(ask, **where).body["predictions"][0][0]

    assert (told(), told(where="/labels/stable"), told(where="/versions/1")) == (
        30,
        10,
        10,
    )
    x = {"x": np.zeros((1, 3), "f4")}
    assert toy.predict(x, label="stable")["y"][0, 0] == 10
    hidden = (toy.base / "3").rename(toy.base / ".withdrawn-3")
    toy.patient(lambda: told() == 20)
    hidden.rename(toy.base / "3")
    toy.patient(lambda: told() == 30)


@row(25)
def hot_push_under_load(fgrmer, toy):
    failed, seen, ended = [], set(), threading.Event()

    def ask():
        while not ended.is_set():
            reply = toy.post({"instances": [[0, 0, 0], [0, 0, 0]]})
            if reply.status != 200 or len({*np.ravel(reply.body["predictions"])}) != 1:
                failed.append(reply)
            else:
                seen.add(reply.body["predictions"][0][0])

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask) for _ in range(4)]
        toy_servable.write(toy.base, 4, 40.0)
        toy.patient(lambda: 40.0 in seen)
        (toy.base / "4").rename(toy.base / ".withdrawn-4")
        seen.clear()
        toy.patient(lambda: 30.0 in seen)
        ended.set()
    for future in asked:
        future.result()
    assert failed == []


@row(26)
def warm_up(fgrmer, toy):
    path = fgrmer.base / "1/assets.extra" / NAME
    records = sum(1 for _ in tf.data.TFRecordDataset(str(path)))
    assert 1 <= records <= MOST_RECORDS
    # Played before it was available: the test of a file that fails is in test_warm.py.
    assert fgrmer.http("/v1/models/fgrmer").status == 200


@row(27)
def status_and_metadata(fgrmer, toy):
    reply = fgrmer.http("/v1/models/fgrmer").body
    assert reply == {
        "model_version_status": [
            {
                "version": "1",
                "state": "AVAILABLE",
                "status": {"error_code": "OK", "error_message": ""},
            }
        ]
    }
    assert fgrmer.http("/v1/models/fgrmer/versions/1").body == reply
    assert fgrmer.http("/v1/models/fgrmer/versions/2").status == 404
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "fgrmer"
    (status,) = fgrmer.models.GetModelStatus(request).model_version_status
    assert (status.version, status.state) == (1, status.AVAILABLE)
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = "fgrmer"
    request.metadata_field.append("signature_def")
    response = fgrmer.prediction.GetModelMetadata(request)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    assert response.model_spec.version.value == 1
    spec = signatures.signature_def["patches"].inputs["patches"]
    assert [dim.size for dim in spec.tensor_shape.dim] == [-1, 30, 7, 7, 3]


@row(29)
def stateless(fgrmer, toy):
    clips = random_patches(3)
    first = fgrmer.predict({"patches": clips}, signature="patches")
    for _ in range(20):
        again = fgrmer.predict({"patches": clips}, signature="patches")
    np.testing.assert_array_equal(first["logits"], again["logits"])


@row(30)
def a_folder_that_moved_and_is_read_only(fgrmer, toy):
    base = toy.base.parent / "moved"
    shutil.copytree(toy.base / "1", base / "1")
    for path in (base / "1", *(base / "1").rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    with running(base, name="toy") as client:
        assert client.post({"instances": [[0, 0, 0]]}).status == 200


@row(31)
def concurrency(fgrmer, toy):
    clips = random_patches(32)
    expected = fgrmer.predict({"patches": clips}, signature="patches")["logits"]

    def ask(i):
        clip = {"patches": clips[i : i + 1]}
        return fgrmer.predict(clip, signature="patches")["logits"][0]

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        found = list(pool.map(ask, range(32)))
    np.testing.assert_allclose(found, expected, atol=1e-5)


@row(32)
def protocols_agree(fgrmer, toy):
    clips = random_patches(2)
    packed = fgrmer.predict({"patches": clips}, signature="patches")
    ask = {"signature_name": "patches", "inputs": clips.tolist()}
    body = gzip.compress(json.dumps(ask).encode())
    told = fgrmer.post(body, headers={"Content-Encoding": "gzip"}).body["outputs"]
    # The digits of JSON mean exactly the float32.
    np.testing.assert_array_equal(packed["logits"], np.float32(told["logits"]))
    assert [text.decode() for text in packed["label"]] == told["label"]


@pytest.mark.parametrize("api", ["classify", "regress"])
def test_what_the_model_does_not_do(servers, api):
    status = servers.toy.post({"examples": [{"x": [1.0]}]}, method=api).status
    assert status == {"classify": 400, "regress": 501}[api]
