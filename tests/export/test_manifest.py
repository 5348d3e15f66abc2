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


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", "[" * 100_000])
def test_a_folder_without_a_manifest_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match="must hold a readable manifest"):
        manifest.read(tmp_path)


def test_another_schema_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": 7}))
    with pytest.raises(InputError, match=r"schema 2\. Received: schema 7"):
        manifest.read(tmp_path)


@pytest.mark.parametrize("change", ["changed", "missing", "added", "renamed"])
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
    elif change == "renamed":
        (tmp_path / "a/1/x").rename(tmp_path / "a/1/z")
    else:
        (tmp_path / "a/1/z").write_text("more")
    with pytest.raises(InputError, match=r"missing, changed or added.*a/1/"):
        manifest.check(tmp_path, record, "a/1")
    manifest.check(tmp_path, record, "b")


def test_a_link_is_no_file(tmp_path):
    (tmp_path / "x").write_text("x")
    (tmp_path / "y").symlink_to("x")
    with pytest.raises(InputError, match=r"not links.*/y"):
        manifest.file_records(tmp_path)


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_a_version_must_be_as_its_manifest_says(tmp_path, damage):
    for name in ("saved_model.pb", "assets.extra/card"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    manifest.write_version(tmp_path, {"model_id": "seven", "version": 7})
    assert manifest.check_version(tmp_path)["model_id"] == "seven"
    if damage == "changed":
        (tmp_path / "saved_model.pb").write_text("saved_model.pc")
    elif damage == "missing":
        (tmp_path / "saved_model.pb").unlink()
    else:
        (tmp_path / "more").write_text("more")
    with pytest.raises(InputError, match=r"missing, changed or added"):
        manifest.check_version(tmp_path)


def test_a_version_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"readable assets\.extra/manifest\.json"):
        manifest.check_version(tmp_path)


@pytest.mark.parametrize("files", [7, [7], [{"path": "x"}], [{"sha256": "0"}], None])
def test_a_manifest_must_list_files(tmp_path, files):
    record = {"schema": manifest.SCHEMA} | ({} if files is None else {"files": files})
    path = tmp_path / manifest.VERSION_NAME
    path.parent.mkdir()
    path.write_text(json.dumps(record))
    for check in (
        lambda: manifest.check_version(tmp_path),
        lambda: manifest.check(tmp_path, record, "savedmodel"),
    ):
        with pytest.raises(InputError, match="must list files by `path` and `sha256`"):
            check()
