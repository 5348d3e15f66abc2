import fcntl
import os

import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.feature_store import read, read_header, write
from input_pipeline.feature_store import work_folder as module
from input_pipeline.feature_store.work_folder import WorkFolder
from tests.support.tables import make_table


def fill(work, seed=0):
    header = write(work.shards, make_table(seed=seed), key=str(seed), settings={})
    (work.done / "00000.json").write_text("{}")
    return header


def make(store, seed=0):
    with WorkFolder(store) as work:
        work.commit(fill(work, seed))


def test_what_was_made_becomes_the_store_and_nothing_else_stays(tmp_path):
    store = tmp_path / "new" / "s"
    with WorkFolder(store) as work:
        header = fill(work)
        (work.shards / "shard-00007.tfrecord").write_bytes(b"of an older plan")
        for name in ("shard-00003.tfrecord", "header.json"):
            (work.shards / f".{name}.tmp-0").write_bytes(b"killed")
        work.commit(header)
    assert [path.name for path in store.parent.iterdir()] == ["s"]
    assert {p.name for p in store.iterdir()} == {"header.json", "shard-00000.tfrecord"}
    assert len(read(store)) == header.clips


def test_an_older_store_is_replaced(tmp_path):
    store = tmp_path / "s"
    make(store, seed=0)
    make(store, seed=1)
    assert read_header(store).key == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_finished_work_survives_a_failure_and_unfinished_goes(tmp_path):
    with pytest.raises(ZeroDivisionError), WorkFolder(tmp_path / "s"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with WorkFolder(tmp_path / "s") as work:
        fill(work)
    with WorkFolder(tmp_path / "s") as work:
        assert [path.name for path in work.done.iterdir()] == ["00000.json"]
        work.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_second_process_is_refused(tmp_path):
    with (
        WorkFolder(tmp_path / "s"),
        pytest.raises(InputError, match=f"process {os.getpid()} is making"),
        WorkFolder(tmp_path / "s"),
    ):
        pass


def test_a_lock_whose_file_is_gone_does_not_count(tmp_path, monkeypatch):
    held = []

    def lock_and_lose(handle, operation):
        fcntl.flock(handle, operation)
        held.append(handle)
        if len(held) == 1:
            (tmp_path / ".s.work" / "lock").unlink()

    monkeypatch.setattr(module, "fcntl", _Fcntl(lock_and_lose))
    with WorkFolder(tmp_path / "s"):
        assert len(held) == 2
        assert (tmp_path / ".s.work" / "lock").exists()


class _Fcntl:
    LOCK_EX, LOCK_NB = fcntl.LOCK_EX, fcntl.LOCK_NB

    def __init__(self, flock):
        self.flock = flock


@pytest.mark.parametrize("renamed", [1, 2])
def test_a_kill_while_stores_change_places_loses_neither(
    tmp_path, monkeypatch, renamed
):
    store = tmp_path / "s"
    make(store, seed=0)
    rename, calls = os.rename, []

    def killed(source, target):
        if len(calls) == renamed:
            raise KeyboardInterrupt
        calls.append(source)
        rename(source, target)

    with WorkFolder(store) as work:
        header = fill(work, seed=1)
        with monkeypatch.context() as patch:
            patch.setattr(module.os, "rename", killed)
            patch.setattr(WorkFolder, "discard", killed_discard)
            with pytest.raises(KeyboardInterrupt):
                work.commit(header)
    assert store.exists() == (renamed == 2)
    with WorkFolder(store) as work:
        assert read_header(store).key == "1"
        # Nothing of the kill is in the way of another replacement.
        work.commit(fill(work, seed=2))
    assert read_header(store).key == "2"
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def killed_discard(self):
    raise KeyboardInterrupt


@pytest.mark.parametrize("links", [True, False])
def test_old_shards_stand_beside_new_ones(tmp_path, monkeypatch, links):
    store = tmp_path / "s"
    make(store)
    header = read_header(store)

    def refuse(source, target):
        raise PermissionError("no hard links here")

    if not links:
        monkeypatch.setattr(module.os, "link", refuse)
    with WorkFolder(store) as work:
        work.adopt(header.shards)
        (shard,) = work.shards.iterdir()
        original = store / shard.name
        assert shard.read_bytes() == original.read_bytes()
        assert os.path.samefile(shard, original) == links
