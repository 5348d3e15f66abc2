"""Versions that are damaged: refused with a reason, while the one before goes on."""

import itertools
import json
import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import get_model_status_pb2

from export import manifest
from export.serving.model_versions import load
from tests.support import toy_servable
from tests.support.serving_client import running

GOOD = {"instances": [[1, 2, 3]]}
PB = "saved_model.pb"
VARIABLES = "variables/variables.data-00000-of-00001"


def _cut(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _link(path):
    beside = path.parents[1] / "moved"
    path.rename(beside)
    path.symlink_to(beside)


def _state(folder, files):
    """Another list of files for the manifest of a version."""
    path = folder / manifest.VERSION_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"files": files}))


def _restate(folder):
    """A manifest that agrees with what lies there now."""
    (folder / manifest.VERSION_NAME).unlink()
    manifest.write_version(folder, {"version": 2})


def _outside(folder):
    entry = {"path": "../1/saved_model.pb", "bytes": 1, "sha256": "0"}
    _state(folder, [*manifest.file_records(folder), entry])


def _no_model(folder):
    (folder / PB).write_bytes(b"\xff\xff")
    _restate(folder)


DAMAGES = {
    "no graph": (lambda folder: (folder / PB).unlink(), PB),
    "graph cut": (lambda folder: _cut(folder / PB), PB),
    "graph with another bit": (lambda folder: _flip(folder / PB), PB),
    "variables cut": (lambda folder: _cut(folder / VARIABLES), VARIABLES),
    "no variables": (lambda folder: (folder / VARIABLES).unlink(), VARIABLES),
    "file more": (lambda folder: (folder / "more").write_text(""), "more"),
    "link": (lambda folder: _link(folder / PB), PB),
    "link to a folder": (lambda folder: _link(folder / "variables"), "variables"),
    "manifest cut": (lambda folder: _cut(folder / manifest.VERSION_NAME), "manifest"),
    "no manifest": (
        lambda folder: (folder / manifest.VERSION_NAME).unlink(),
        manifest.VERSION_NAME,
    ),
    "manifest of numbers": (lambda folder: _state(folder, [7]), "`files`"),
    "manifest without end": (
        lambda folder: (folder / manifest.VERSION_NAME).write_text("[" * 100_000),
        manifest.VERSION_NAME,
    ),
    "file outside in the manifest": (_outside, "../1/saved_model.pb"),
    "no model, as stated": (_no_model, "Loading fails"),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Version 1 behind a server that looks for others all the time."""
    base = tmp_path_factory.mktemp("corrupt") / "toy"
    base.mkdir()
    toy_servable.write(base, 1)
    with running(base) as client:
        client.base, client.numbers = base, itertools.count(2)
        yield client


def why_not(served, folder):
    """Why a version is not served, by both protocols; it is gone again afterwards."""
    number = next(served.numbers)
    version = folder.rename(served.base / str(number))
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "toy"
    request.model_spec.version.value = number

    def by_rest():
        reply = served.http(f"/v1/models/toy/versions/{number}")
        return reply.body.get("model_version_status", [{}])[0]

    served.patient(lambda: by_rest().get("state") == "END")
    (by_grpc,) = served.models.GetModelStatus(request).model_version_status
    assert by_grpc.state == by_grpc.END
    assert by_grpc.status.error_code
    message = by_grpc.status.error_message
    assert by_rest()["status"]["error_message"] == message
    assert served.post(GOOD, where=f"/versions/{number}").status == 404
    inputs = {"x": np.float32(GOOD["instances"])}
    assert served.refusal(inputs, version=number)[0] == "NOT_FOUND"
    # Requests go on to the version before.
    assert served.post(GOOD).body == {"predictions": [[2.0, 4.0, 6.0]]}
    assert served.predict(inputs)["y"].tolist() == [[2.0, 4.0, 6.0]]
    shutil.rmtree(version)
    return message


@pytest.mark.parametrize(("damage", "named"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_version_is_refused(served, tmp_path, damage, named):
    folder = tmp_path / "copy"
    shutil.copytree(served.base / "1", folder)
    damage(folder)
    assert named in why_not(served, folder)


class Telling(tf.Module):
    """Answers with what is in its asset."""

    def __init__(self, path):
        super().__init__()
        self.asset = tf.saved_model.Asset(str(path))

        def tell(s):
            text = tf.io.read_file(self.asset.asset_path)
            return {"text": tf.fill(tf.shape(s), text)}

        spec = tf.TensorSpec((None,), tf.string, name="s")
        self.served = {"tell": tf.function(tell, [spec])}


@pytest.fixture(params=["words", "../../secret", "{base}/secret"])
def asset(request, served):
    """Where a version says that its asset lies."""
    (served.base / "secret").write_text("secret")
    return request.param.format(base=served.base)


def test_a_version_reads_no_file_but_its_own(served, asset, tmp_path):
    (tmp_path / "words").write_text("words")
    module, folder = Telling(tmp_path / "words"), tmp_path / "version"
    tf.saved_model.save(module, str(folder), signatures=module.served)
    saved = saved_model_pb2.SavedModel.FromString((folder / PB).read_bytes())
    (held,) = saved.meta_graphs[0].asset_file_def
    held.filename = asset
    (folder / PB).write_bytes(saved.SerializeToString())
    (folder / "assets.extra").mkdir()
    manifest.write_version(folder, {"version": 2})
    if asset == "words":
        told = load(folder, 2).run("tell", {"s": np.array([b""], object)})
        assert told["text"].tolist() == [b"words"]
    else:
        assert "Assets must lie in the version" in why_not(served, folder)
