import json
import os
import shutil
from types import SimpleNamespace

import pytest
import tensorflow as tf

from export import fresh_process, manifest, push, versions
from export.errors import ExportError
from fgrmer_tf.errors import InputError


@pytest.fixture
def unasked(monkeypatch):
    """Pushes without loading the copy, which takes seconds."""
    monkeypatch.setattr(fresh_process, "run", lambda *arguments: None)


@pytest.fixture
def changed(exported, tmp_path):
    """A copy of the export whose manifest is changed by the given fields."""

    def change(**fields):
        out = tmp_path / "changed"
        shutil.copytree(exported.out, out)
        path = out / "manifest.json"
        record = json.loads(path.read_text()) | fields
        path.write_text(json.dumps(record))
        return out

    return change


def test_a_pushed_version_loads_and_says_who_it_is(exported, tmp_path):
    base = tmp_path / "models/fgrmer"
    assert push.push(exported.out, base) == 1
    stated = manifest.check_version(base / "1")
    assert stated["version"] == 1
    assert stated["model_id"] == exported.record["model_id"]
    assert "patches" in tf.saved_model.load(str(base / "1")).signatures
    assert sorted(path.name for path in base.iterdir()) == [".last-version", "1"]


def test_versions_rise_and_are_not_given_again(exported, tmp_path, unasked):
    assert [push.push(exported.out, tmp_path) for _ in range(3)] == [1, 2, 3]
    assert push.rollback(tmp_path) == (3, 2)
    assert list(versions.served(tmp_path)) == [1, 2]
    assert push.push(exported.out, tmp_path) == 4


def test_a_version_appears_at_once(exported, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        fresh_process, "run", lambda *arguments: seen.append(os.listdir(tmp_path))
    )
    push.push(exported.out, tmp_path)
    (names,) = seen
    assert "1" not in names
    assert versions.served(tmp_path).keys() == {1}


def test_a_version_that_does_not_answer_is_not_pushed(exported, tmp_path, monkeypatch):
    def break_copy(source, target, **arguments):
        shutil.copytree(source, target, **arguments)
        # Whole and as stated, yet no server could load it.
        (target / "assets.extra/tf_serving_warmup_requests").write_bytes(b"nothing")

    monkeypatch.setattr(push, "shutil", SimpleNamespace(copytree=break_copy))
    monkeypatch.setattr(push, "_require_same", lambda *arguments: None)
    with pytest.raises(ExportError, match=r"(?s)Loading the copy.*requests, not 0"):
        push.push(exported.out, tmp_path)
    assert versions.served(tmp_path) == {}
    assert os.listdir(tmp_path) == [".last-version"]


def test_a_copy_that_differs_is_not_pushed(exported, tmp_path, monkeypatch, unasked):
    def flip(source, target, **arguments):
        shutil.copytree(source, target, **arguments)
        path = target / "saved_model.pb"
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    monkeypatch.setattr(push, "shutil", SimpleNamespace(copytree=flip))
    with pytest.raises(ExportError, match=r"copy of .* differs"):
        push.push(exported.out, tmp_path)
    assert versions.served(tmp_path) == {}


@pytest.mark.parametrize(
    "validation", [None, {}, {"passed": False}, {"passed": "yes"}, "passed"]
)
def test_what_was_not_validated_is_refused(changed, tmp_path, unasked, validation):
    with pytest.raises(InputError, match="validated, and passed"):
        push.push(changed(validation=validation), tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_what_differs_from_its_manifest_is_refused(changed, tmp_path, unasked):
    out = changed()
    (out / "savedmodel/1/assets.extra/more").write_text("more")
    with pytest.raises(InputError, match=r"missing, changed or added.*extra/more"):
        push.push(out, tmp_path / "models")


def test_an_export_without_a_saved_model_is_refused(changed, tmp_path, unasked):
    with pytest.raises(InputError, match=r"Only a SavedModel.*\['onnx'\]"):
        push.push(changed(formats=["onnx"]), tmp_path / "models")


def test_what_is_no_export_is_refused(tmp_path, unasked):
    with pytest.raises(InputError, match="readable manifest"):
        push.push(tmp_path, tmp_path / "models")


def test_a_rollback_needs_its_folder(tmp_path):
    with pytest.raises(InputError, match="folder of a model's versions"):
        push.rollback(tmp_path / "nothing")
