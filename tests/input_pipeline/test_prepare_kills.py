import random

import pytest

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.prepare import prepare
from tests.support.prepare_process import Started
from tests.support.small_clips import bytes_of, small_manifest

CLIPS, A_SHARD = 13, 3


@pytest.mark.parametrize(("workers", "kills"), [(1, 1), (2, 2)])
def test_a_killed_prepare_goes_on_and_ends_as_an_undisturbed_one(
    tmp_path, workers, kills
):
    manifest = small_manifest(tmp_path / "frames", CLIPS, faceless={4})
    undisturbed = tmp_path / "undisturbed"
    prepare(
        manifest,
        undisturbed,
        class_names=MEGC2019_CLASSES,
        config=MotionConfig(),
        shard_clips=A_SHARD,
    )
    # From here on, one worker at least is beyond its first shard.
    first = workers * A_SHARD + 1
    moments = sorted(random.Random(workers).sample(range(first, CLIPS), kills))
    store, finished = tmp_path / "s", {}
    for clips in moments:
        started = Started(manifest, store, workers, A_SHARD, hold_at=clips)
        started.process.kill()
        started.end()
        assert not store.exists()
        (work,) = tmp_path.glob(".*")
        done = {path.stem for path in (work / "done").glob("*.json")}
        now = {
            path.name: path.stat().st_ino
            for path in (work / "shards").glob("*.tfrecord")
            if path.stem.removeprefix("shard-") in done
        }
        assert finished.items() <= now.items()
        finished = now
    assert finished
    Started(manifest, store, workers, A_SHARD, hold_at=CLIPS).end()
    assert bytes_of(store) == bytes_of(undisturbed)
    assert (
        finished.items() <= {p.name: p.stat().st_ino for p in store.iterdir()}.items()
    )
    assert list(tmp_path.glob(".*")) == []
