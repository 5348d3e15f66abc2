import errno
import os
import resource
import subprocess

import pytest

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.feature_store.work_folder import WorkFolder
from input_pipeline.prepare import prepare
from tests.support.small_clips import bytes_of, small_manifest

CLIPS = 5


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    return small_manifest(tmp_path_factory.mktemp("disk") / "frames", CLIPS)


def run(manifest, store):
    return prepare(
        manifest,
        store,
        class_names=MEGC2019_CLASSES,
        config=MotionConfig(),
        shard_clips=1,
    )


def mount(folder, options):
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True).returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    """A disk with room for two shards and their notes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "size=96k"):
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_and_costs_nothing_that_is_finished(
    manifest, small_disk, tmp_path
):
    store = small_disk / "s"
    with pytest.raises(OSError, match=r"No space left.*what is finished is kept") as at:
        run(manifest, store)
    assert at.value.errno == errno.ENOSPC
    shards = WorkFolder.place(store) / "shards"
    kept = {path.name: path.stat().st_ino for path in shards.iterdir()}
    assert kept
    assert all(name.endswith(".tfrecord") for name in kept)
    assert not store.exists()
    assert mount(small_disk, "remount,size=4m")
    run(manifest, store)
    run(manifest, tmp_path / "whole")
    assert bytes_of(store) == bytes_of(tmp_path / "whole")
    assert kept.items() <= {p.name: p.stat().st_ino for p in store.iterdir()}.items()


def test_a_file_that_may_not_grow_is_said_and_leaves_nothing(manifest, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match="what is finished is kept") as at:
            run(manifest, tmp_path / "s")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert at.value.errno == errno.EFBIG
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def read_only(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "ro"):
        if os.getuid() == 0:
            pytest.skip("root may write everywhere and may not mount here")
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
    else:
        yield folder
        subprocess.run(["umount", str(folder)], check=True)


def test_a_folder_that_cannot_be_written_is_said(manifest, read_only):
    with pytest.raises(OSError, match=r"Read-only|Permission") as at:
        run(manifest, read_only / "s")
    assert str(read_only) in str(at.value)
