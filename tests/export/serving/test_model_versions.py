import asyncio
import contextlib
import threading

import pytest

from export.serving.metrics import Metrics
from export.serving.model_versions import ModelVersions, State, load
from export.serving.settings import ServerSettings
from export.serving.status import ServingError, Status
from tests.support import toy_servable


class Loaded:
    def __init__(self, version):
        self.version = version
        self.closed = False

    def close(self):
        self.closed = True


@pytest.fixture
def watched(tmp_path):
    """Versions of `tmp_path`, whose loads fail while their number is in `broken`."""
    broken, loaded = set(), []

    def made(**settings):
        def read(folder, version):
            if version in broken:
                raise ServingError(Status.DATA_LOSS, "torn")
            loaded.append(Loaded(version))
            return loaded[-1]

        chosen = ServerSettings(folder=tmp_path, name="m", **settings)
        versions = ModelVersions(chosen, Metrics(), lambda line: None, read)
        versions.broken, versions.loaded = broken, loaded
        return versions

    return made


def look(versions):
    asyncio.run(versions.refresh())
    return {v: State.Name(known.state) for v, known in versions.known.items()}


def test_the_newest_is_served_once_it_is_loaded(watched, tmp_path):
    versions = watched()
    assert not versions.ready
    (tmp_path / "1").mkdir()
    (tmp_path / "notes").mkdir()
    assert look(versions) == {1: "AVAILABLE"}
    (tmp_path / "20").mkdir()
    assert look(versions) == {1: "END", 20: "AVAILABLE"}
    assert versions.find().version == 20
    assert versions.loaded[0].closed


def test_a_version_that_fails_leaves_the_old_one(watched, tmp_path):
    versions = watched(load_retry_seconds=0, max_num_load_retries=1)
    (tmp_path / "1").mkdir()
    look(versions)
    (tmp_path / "2").mkdir()
    versions.broken.add(2)
    assert look(versions) == {1: "AVAILABLE", 2: "END"}
    assert str(versions.known[2].error) == "torn"
    assert versions.find().version == 1
    versions.broken.clear()
    assert look(versions) == {1: "END", 2: "AVAILABLE"}


def test_it_is_not_tried_for_ever(watched, tmp_path):
    versions = watched(load_retry_seconds=0, max_num_load_retries=2)
    (tmp_path / "1").mkdir()
    versions.broken.add(1)
    for _ in range(5):
        look(versions)
    assert versions.known[1].failures == 3
    later = watched(load_retry_seconds=60)
    for _ in range(3):
        look(later)
    assert later.known[1].failures == 1


def test_a_rollback_and_labels(watched, tmp_path):
    versions = watched(latest=2, labels={"old": 1, "none": 9})
    for number in (1, 2, 3, 4):
        (tmp_path / str(number)).mkdir()
    look(versions)
    assert [v.version for v in versions.loaded] == [1, 3, 4]
    assert versions.find(label="old").version == 1
    (tmp_path / "4").rename(tmp_path / ".withdrawn-4")
    assert look(versions)[4] == "END"
    assert versions.find().version == 3
    assert versions.find(2).version == 2


def test_an_empty_folder_does_not_take_the_last_version(watched, tmp_path):
    versions = watched()
    (tmp_path / "1").mkdir()
    look(versions)
    (tmp_path / "1").rename(tmp_path / "hidden")
    assert look(versions) == {1: "AVAILABLE"}
    (tmp_path / "hidden").rmdir()
    tmp_path.rmdir()
    assert look(versions) == {1: "AVAILABLE"}


def test_what_is_not_there(watched):
    versions = watched(labels={"old": 1})
    for arguments, status in (
        ({}, Status.NOT_FOUND),
        ({"version": 3}, Status.NOT_FOUND),
        ({"label": "old"}, Status.NOT_FOUND),
        ({"label": "no"}, Status.INVALID_ARGUMENT),
    ):
        with pytest.raises(ServingError) as error:
            versions.find(**arguments)
        assert error.value.status is status


def _flip(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def _link(path):
    outside = path.parents[2] / "outside"
    path.rename(outside)
    path.symlink_to(outside)


DAMAGES = {
    "missing": lambda folder: (folder / "saved_model.pb").unlink(),
    "changed": lambda folder: _flip(folder / "saved_model.pb"),
    "link": lambda folder: _link(folder / "saved_model.pb"),
    "extra": lambda folder: (folder / "extra").write_text(""),
    "no manifest": lambda folder: (folder / "assets.extra/manifest.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_version_is_refused_before_it_is_loaded(
    tmp_path, damage, monkeypatch
):
    folder = toy_servable.write(tmp_path, 1)
    damage(folder)
    monkeypatch.setattr("export.serving.model_versions.Servable", None)
    with pytest.raises(ServingError) as error:
        load(folder, 1)
    assert error.value.status is Status.FAILED_PRECONDITION


def test_a_version_waits_for_its_last_request(tmp_path):
    servable = load(toy_servable.write(tmp_path, 1), 1)
    with contextlib.ExitStack() as stack:
        stack.enter_context(servable.used())
        closing = threading.Thread(target=servable.close)
        closing.start()
        closing.join(0.1)
        assert closing.is_alive()
    closing.join(10)
    assert not closing.is_alive()


def test_what_tensorflow_cannot_load(tmp_path):
    from export import manifest

    folder = toy_servable.write(tmp_path, 1)
    (folder / "assets.extra/manifest.json").unlink()
    (folder / "saved_model.pb").write_bytes(b"\xff\xff")
    manifest.write_version(folder, {"version": 1})
    with pytest.raises(ServingError) as error:
        load(folder, 1)
    assert error.value.status is Status.INTERNAL
