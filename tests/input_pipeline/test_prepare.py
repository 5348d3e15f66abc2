import dataclasses

import cv2
import numpy as np
import pytest

from fgrmer_tf.config import MotionConfig, VariantConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES as CLASSES
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline import feature_store
from input_pipeline.findings import Repair, Skip, read_repairs, read_skips
from input_pipeline.prepare import prepare
from input_pipeline.records import Manifest, Sample, read_manifest
from tests.support.faces import portrait
from tests.support.small_clips import bytes_of, small_manifest

SKIP = Skip(dataset="made", subject="s9", clip="x", rule="no apex", detail="/")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepare") / "frames"
    return dataclasses.replace(small_manifest(folder, 3), skipped=(SKIP,))


OPTIONS = {"progress", "shard_clips", "chosen", "variants"}


def run(manifest, store, **settings):
    options = {name: settings.pop(name) for name in OPTIONS & set(settings)}
    config = MotionConfig(**settings)
    return prepare(manifest, store, class_names=CLASSES, config=config, **options)


def test_usable_clips_are_stored_and_the_rest_is_counted(manifest, tmp_path):
    done = run(manifest, tmp_path / "s")
    table = feature_store.read(tmp_path / "s")
    assert table.clip.tolist() == ["c000", "c001", "c002"]
    assert table.subject.tolist() == ["s0", "s1", "s2"]
    assert table.label.tolist() == [0, 1, 2]
    assert done.skipped == (SKIP,) == read_skips(tmp_path / "s")
    energy = np.abs(table.patches[0, :, :, :, 1]).mean(axis=(1, 2))
    assert PATCH_LANDMARKS[int(energy.argmax())] in range(17, 27)


def test_repairs_go_into_the_store(manifest, tmp_path):
    repair = Repair(
        dataset="made", subject="s0", clip="c000", rule="r", old="1", new="2", row=7
    )
    run(dataclasses.replace(manifest, repairs=(repair,)), tmp_path / "s")
    assert read_repairs(tmp_path / "s") == (repair,)


def test_an_equal_store_is_reused_and_another_is_refused(manifest, tmp_path):
    first = run(manifest, tmp_path / "s")
    before = (tmp_path / "s" / "header.json").stat().st_mtime_ns
    again = run(manifest, tmp_path / "s")
    assert again.reused
    assert (again.header, again.skipped) == (first.header, first.skipped)
    assert (tmp_path / "s" / "header.json").stat().st_mtime_ns == before
    with pytest.raises(InputError, match="other clips or settings"):
        run(manifest, tmp_path / "s", standardize=False)


def clip_of(tmp_path, first, second=None, **numbers):
    paths = {}
    for name, data in (("onset_path", first), ("apex_path", second or first)):
        paths[name] = tmp_path / f"{name}.jpg"
        paths[name].write_bytes(data)
    return Sample(
        dataset="d", subject="s", clip="bad", label="positive", **paths, **numbers
    )


def jpeg(image):
    return cv2.imencode(".jpg", image[..., ::-1])[1].tobytes()


BLANK = np.full((240, 320, 3), 128, np.uint8)


@pytest.mark.parametrize(
    ("first", "second", "numbers", "rule"),
    [
        (b"not an image", None, {}, "unreadable image"),
        (jpeg(portrait())[:2000], None, {}, "unreadable image"),
        (jpeg(BLANK), None, {}, "no face"),
        (jpeg(portrait()), jpeg(BLANK), {}, "unusable frames"),
        (jpeg(portrait()), None, {"onset": 9, "apex": 8}, "apex before onset"),
    ],
)
def test_a_bad_clip_is_skipped_by_its_rule(
    manifest, tmp_path, first, second, numbers, rule
):
    good = manifest.samples[:1]
    bad = clip_of(tmp_path, first, second, **numbers)
    done = run(Manifest(samples=(*good, bad)), tmp_path / "s")
    assert [(skip.clip, skip.rule) for skip in done.skipped] == [("bad", rule)]
    assert done.header.clips == 1


def test_a_frame_that_vanished_is_skipped(manifest, tmp_path):
    good, other, _ = manifest.samples
    gone = clip_of(tmp_path, jpeg(portrait()))
    gone.apex_path.unlink()
    done = run(Manifest(samples=(good, gone, other)), tmp_path / "s")
    assert [skip.rule for skip in done.skipped] == ["missing frame"]


def test_nothing_usable_writes_nothing(manifest, tmp_path):
    with pytest.raises(InputError, match="empty"):
        run(Manifest(samples=()), tmp_path / "s")
    bad = clip_of(tmp_path, jpeg(BLANK))
    with pytest.raises(InputError, match="1 no face"):
        run(Manifest(samples=(bad,)), tmp_path / "s")
    assert not (tmp_path / "s").exists()


def stop_at(clip):
    def stop(done, total):
        if done == clip:
            raise KeyboardInterrupt

    return stop


def test_an_interrupt_leaves_no_store_and_keeps_what_is_finished(manifest, tmp_path):
    run(manifest, tmp_path / "whole", shard_clips=1)
    with pytest.raises(KeyboardInterrupt):
        run(manifest, tmp_path / "s", shard_clips=1, progress=stop_at(2))
    (work,) = tmp_path.glob(".*")
    (finished,) = (work / "shards").iterdir()
    written = finished.stat().st_ino
    seen = []
    run(manifest, tmp_path / "s", shard_clips=1, progress=lambda *now: seen.append(now))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert (tmp_path / "s" / finished.name).stat().st_ino == written
    assert bytes_of(tmp_path / "s") == bytes_of(tmp_path / "whole")
    assert list(tmp_path.glob(".*")) == []


def test_an_interrupt_before_anything_is_finished_leaves_nothing(manifest, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(manifest, tmp_path / "s", progress=stop_at(2))
    assert list(tmp_path.iterdir()) == []


def test_the_next_run_drops_what_another_left_behind(manifest, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(
            manifest,
            tmp_path / "s",
            shard_clips=1,
            progress=stop_at(3),
            standardize=False,
        )
    run(manifest, tmp_path / "s", shard_clips=2)
    run(manifest, tmp_path / "whole", shard_clips=2)
    assert bytes_of(tmp_path / "s") == bytes_of(tmp_path / "whole")
    assert list(tmp_path.glob(".*")) == []


def test_the_store_is_the_same_wherever_the_frames_lie(tmp_path):
    for name in "ab":
        run(small_manifest(tmp_path / f"frames {name}", 2), tmp_path / name)
    one, other = (bytes_of(tmp_path / name) for name in "ab")
    assert one.pop("manifest.csv") != other.pop("manifest.csv")
    assert one == other


def test_a_label_that_is_no_class_is_refused(manifest, tmp_path):
    sample = dataclasses.replace(manifest.samples[0], label="bored")
    with pytest.raises(InputError, match="bored"):
        run(Manifest(samples=(sample,)), tmp_path / "s")


def test_a_clip_that_is_given_twice_is_stored_once(manifest, tmp_path):
    (one, other, *_) = manifest.samples
    done = run(Manifest(samples=(one, other, one)), tmp_path / "s")
    assert done.header.clips == 2
    assert [skip.rule for skip in done.skipped] == ["duplicate clip"]
    assert len(read_manifest(tmp_path / "s" / "manifest.csv", CLASSES).samples) == 2


def test_chosen_settings_are_part_of_the_store(manifest, tmp_path):
    run(manifest, tmp_path / "s", chosen={"classes": "a"})
    header = feature_store.read_header(tmp_path / "s")
    assert header.settings["classes"] == "a"
    with pytest.raises(InputError, match="other clips or settings"):
        run(manifest, tmp_path / "s", chosen={"classes": "b"})


def test_variants_are_computed_and_told(manifest, tmp_path):
    done = run(manifest, tmp_path / "s", variants=VariantConfig(jitters=2))
    table = feature_store.read(tmp_path / "s")
    assert table.variants.shape == (3, 2, *table.patches.shape[1:])
    assert table.motion_map.shape == (3, 32, 32, 3)
    assert len(done.header.settings["variants"]) == 2


def test_the_key_sees_the_frames(tmp_path):
    manifest = small_manifest(tmp_path / "frames", 2)
    run(manifest, tmp_path / "s")
    manifest.samples[1].apex_path.write_bytes(jpeg(portrait()[::-1]))
    with pytest.raises(InputError, match="other clips or settings"):
        run(manifest, tmp_path / "s")


def test_precomputed_flow_is_read_from_the_manifest(manifest, tmp_path):
    good, other, _ = manifest.samples
    picture = np.full((300, 300, 3), 128, np.uint8)
    picture[75:100, 105:132, 1] = 255  # a brow moves down
    (tmp_path / "flow.png").write_bytes(cv2.imencode(".png", picture[..., ::-1])[1])
    good = dataclasses.replace(good, flow_path=tmp_path / "flow.png")
    good = dataclasses.replace(good, onset_path=tmp_path / "not needed.jpg")
    done = run(Manifest(samples=(good, other)), tmp_path / "s", method="precomputed")
    assert [(s.clip, s.rule) for s in done.skipped] == [("c001", "no flow image")]
    patches = feature_store.read(tmp_path / "s").patches[0]
    energy = patches[..., 1].mean(axis=(1, 2))
    assert PATCH_LANDMARKS[int(energy.argmax())] in range(17, 22)
    assert np.abs(patches[10:, ..., :2]).max() < 0.1
    small = dataclasses.replace(good, flow_path=tmp_path / "small.png")
    small.flow_path.write_bytes(cv2.imencode(".png", picture[:100])[1])
    with pytest.raises(InputError, match="1 unusable frames"):
        run(Manifest(samples=(small,)), tmp_path / "t", method="precomputed")
