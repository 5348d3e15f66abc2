import dataclasses

import numpy as np
import pytest

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline import feature_store
from input_pipeline.feature_store.verify import verify
from input_pipeline.prepare import prepare
from input_pipeline.records import Manifest, read_manifest
from tests.support.small_clips import bytes_of, small_manifest

CLIPS = 7


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("append")
    return small_manifest(folder / "frames", CLIPS, faceless={1}).samples


def run(samples, store, *, append=False, class_names=MEGC2019_CLASSES, **options):
    return prepare(
        Manifest(samples=tuple(samples)),
        store,
        class_names=class_names,
        config=MotionConfig(),
        append=append,
        shard_clips=2,
        **options,
    )


def test_clips_are_added_and_old_ones_not_computed_again(samples, tmp_path):
    store = tmp_path / "s"
    run(samples[:4], store)
    before = {p.name: p.stat().st_ino for p in store.glob("*.tfrecord")}
    ticks = []
    run(samples[:6], store, append=True, progress=lambda done, _: ticks.append(done))
    # The clip without a face is tried again; two are new.
    assert ticks == [0, 1, 2, 3]
    after = {p.name: p.stat().st_ino for p in store.glob("*.tfrecord")}
    assert before.items() < after.items()
    run(samples, tmp_path / "whole")
    run(samples, store, append=True)
    tables = [feature_store.read(s) for s in (store, tmp_path / "whole")]
    for name in ("clip", "label", "patches", "au", "motion_map"):
        np.testing.assert_array_equal(*(getattr(table, name) for table in tables))
    listed = read_manifest(store / "manifest.csv", MEGC2019_CLASSES).samples
    assert [one.clip for one in listed] == tables[0].clip.tolist()
    assert verify(store) == ()
    assert (store / "skipped.csv").read_text().count("no face") == 1
    assert list(tmp_path.glob(".*")) == []


def test_nothing_new_changes_nothing(samples, tmp_path):
    store = tmp_path / "s"
    present = [sample for n, sample in enumerate(samples) if n != 1]
    run(present, store)
    before = bytes_of(store)
    done = run(present[2:4], store, append=True)
    assert done.reused
    assert done.header.clips == CLIPS - 1
    assert bytes_of(store) == before


def test_a_clip_from_other_frames_is_refused(samples, tmp_path):
    store = tmp_path / "s"
    run(samples[:1], store)
    before = bytes_of(store)
    other = dataclasses.replace(samples[0], apex_path=samples[2].apex_path)
    with pytest.raises(InputError, match="1 of these clips from other frames"):
        run([other, samples[3]], store, append=True)
    assert bytes_of(store) == before


def test_other_settings_and_classes_are_refused_before_anything_is_computed(
    samples, tmp_path
):
    store = tmp_path / "s"
    run(samples[:1], store)
    with pytest.raises(InputError, match=r"same settings.*'x': 1"):
        run(samples[2:3], store, append=True, chosen={"x": 1}, execute=forbidden)
    with pytest.raises(InputError, match="same class_names"):
        run(
            samples[2:3],
            store,
            append=True,
            class_names=(*MEGC2019_CLASSES, "other"),
            execute=forbidden,
        )


def forbidden(job, tasks, tick):
    raise AssertionError("computed")


def test_there_must_be_a_store(samples, tmp_path):
    with pytest.raises(InputError, match="that is there can be added to"):
        run(samples, tmp_path / "s", append=True)
    assert list(tmp_path.iterdir()) == []


def test_new_clips_that_are_all_skipped_leave_the_store(samples, tmp_path):
    store = tmp_path / "s"
    run(samples[:1], store)
    before = bytes_of(store)
    with pytest.raises(InputError, match="1 no face"):
        run(samples[:2], store, append=True)
    assert bytes_of(store) == before
    assert list(tmp_path.glob(".*")) == []


def test_an_interrupted_append_goes_on(samples, tmp_path):
    store = tmp_path / "s"
    run(samples[:1], store)
    before = bytes_of(store)

    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(samples[2:], store, append=True, progress=stop)
    assert bytes_of(store) == before
    # Without `append` the half-made addition is neither in the way nor lost.
    assert run(samples[:1], store).reused
    ticks = []
    run(samples[2:], store, append=True, progress=lambda done, _: ticks.append(done))
    assert ticks == [0, 2, 3, 4, 5]
    run(samples[:1], tmp_path / "t")
    run(samples[2:], tmp_path / "t", append=True)
    assert bytes_of(store) == bytes_of(tmp_path / "t")
