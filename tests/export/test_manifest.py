import hashlib
import json

import pytest

from export import manifest
from fgrmer_tf.errors import InputError


def test_every_file_is_listed_as_it_is(exported):
    listed = {entry["path"]: entry for entry in exported.record["files"]}
    found = {
        path.relative_to(exported.out).as_posix(): path.read_bytes()
        for path in exported.out.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert "savedmodel/1/variables/variables.index" in listed
    assert listed.keys() == found.keys()
    for name, data in found.items():
        assert listed[name]["bytes"] == len(data)
        assert listed[name]["sha256"] == hashlib.sha256(data).hexdigest()


def test_versions_are_those_that_are_installed(exported):
    assert exported.record["versions"].keys() >= {"python", "tensorflow", "keras"}
    assert exported.record["versions"]["tensorflow"].startswith("2.")


@pytest.mark.parametrize("text", [None, "{", "[]", "{}"])
def test_a_folder_without_a_manifest_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match="must hold a readable manifest"):
        manifest.read(tmp_path)


def test_another_schema_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": 7}))
    with pytest.raises(InputError, match=r"schema 1\. Received: schema 7"):
        manifest.read(tmp_path)


@pytest.mark.parametrize("change", ["changed", "missing", "added"])
def test_files_must_be_as_written(tmp_path, change):
    for name in ("a/1/x", "a/1/y", "b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    record = {"files": manifest.file_records(tmp_path)}
    manifest.check(tmp_path, record, "a/1")
    if change == "changed":
        (tmp_path / "a/1/x").write_text("other")
    elif change == "missing":
        (tmp_path / "a/1/x").unlink()
    else:
        (tmp_path / "a/1/z").write_text("more")
    with pytest.raises(InputError, match=r"missing, changed or added.*a/1/"):
        manifest.check(tmp_path, record, "a/1")
    manifest.check(tmp_path, record, "b")
