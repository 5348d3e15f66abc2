import functools
import os
import signal
import time
from pathlib import Path

import pytest

from fgrmer_tf.config import NO_VARIANTS, MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.feature_store.work_folder import WorkFolder
from input_pipeline.prepare import prepare
from input_pipeline.shard_task import new_job, run_here
from input_pipeline.task import tasks_of
from input_pipeline.worker_processes import run_in_processes
from tests.support.prepare_process import Started
from tests.support.small_clips import bytes_of, small_manifest

CLIPS, A_SHARD = 11, 2


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workers")
    return small_manifest(folder / "frames", CLIPS, faceless={3})


@pytest.fixture(scope="module")
def undisturbed(manifest, tmp_path_factory):
    store = tmp_path_factory.mktemp("undisturbed") / "s"
    run(manifest, store, run_here)
    return bytes_of(store)


def run(manifest, store, execute, progress=lambda done, total: None):
    return prepare(
        manifest,
        store,
        class_names=MEGC2019_CLASSES,
        config=MotionConfig(),
        execute=execute,
        shard_clips=A_SHARD,
        progress=progress,
    )


two = functools.partial(run_in_processes, workers=2)


def test_two_workers_write_the_bytes_of_one_and_all_report(
    manifest, undisturbed, tmp_path
):
    seen = []
    run(manifest, tmp_path / "s", two, lambda done, total: seen.append((done, total)))
    assert bytes_of(tmp_path / "s") == undisturbed
    assert seen == [(done, CLIPS) for done in range(CLIPS + 1)]


def test_a_worker_without_models_says_so(manifest, tmp_path, monkeypatch):
    monkeypatch.setenv("FGRMER_CACHE", str(tmp_path / "none"))
    with pytest.raises(InputError, match="fetch-models"):
        run(manifest, tmp_path / "s", two)
    assert list(tmp_path.iterdir()) == []


def children(pid):
    return [
        int(child)
        for path in Path(f"/proc/{pid}/task").glob("*/children")
        for child in path.read_text().split()
    ]


def workers_of(pid):
    """The processes that `run_in_processes` started; not Python's resource tracker."""
    return [
        child
        for child in children(pid)
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_a_worker_that_is_killed_is_noticed(manifest, undisturbed, tmp_path):
    def kill_one(done, total):
        if done == 5:
            os.kill(workers_of(os.getpid())[0], signal.SIGKILL)

    with pytest.raises(OSError, match=r"exit status -9.*fewer --workers.*is kept"):
        run(manifest, tmp_path / "s", two, kill_one)
    run(manifest, tmp_path / "s", two)
    assert bytes_of(tmp_path / "s") == undisturbed


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_more_workers_than_tasks_are_not_started(manifest, tmp_path):
    started = []
    with WorkFolder(tmp_path / "s") as work:
        job = new_job(work.path, MEGC2019_CLASSES, MotionConfig(), NO_VARIANTS, {})
        tasks = tasks_of(manifest.samples[:2], 0, 2)

        def count(clips):
            started.append(len(workers_of(os.getpid())))

        (finished,) = run_in_processes(job, tasks, count, workers=7)
    assert finished.number == 0
    assert started == [1, 1]


def gone(pid):
    for _ in range(200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_parent(manifest, tmp_path, ending):
    started = Started(manifest, tmp_path / "s", 2, A_SHARD, hold_at=1)
    workers = workers_of(started.process.pid)
    assert len(workers) == 2
    os.kill(started.process.pid, ending)
    started.end()
    assert all(map(gone, workers))


def test_ctrl_c_stops_all_and_keeps_what_is_finished(manifest, undisturbed, tmp_path):
    started = Started(manifest, tmp_path / "s", 2, A_SHARD, hold_at=6)
    # As a terminal does it: the whole group gets the signal.
    os.killpg(started.process.pid, signal.SIGINT)
    said = started.end()
    assert said.count("KeyboardInterrupt") == 1
    assert "Process Spawn" not in said
    (work,) = tmp_path.glob(".*.work")
    kept = {p: p.stat().st_ino for p in (work / "shards").glob("*.tfrecord")}
    assert kept
    run(manifest, tmp_path / "s", two)
    assert bytes_of(tmp_path / "s") == undisturbed
    for path, inode in kept.items():
        assert (tmp_path / "s" / path.name).stat().st_ino == inode


def test_a_second_prepare_on_one_store_is_refused(manifest, undisturbed, tmp_path):
    started = Started(manifest, tmp_path / "s", 1, A_SHARD, hold_at=1)
    process = started.process.pid
    with pytest.raises(InputError, match=f"process {process} is making"):
        run(manifest, tmp_path / "s", run_here)
    started.end()
    assert bytes_of(tmp_path / "s") == undisturbed
