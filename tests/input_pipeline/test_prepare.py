import dataclasses

import cv2
import numpy as np
import pytest

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES, PATCH_LANDMARKS
from input_pipeline import feature_store
from input_pipeline.datasets import casme2
from input_pipeline.findings import Repair
from input_pipeline.prepare import prepare
from input_pipeline.records import Manifest, Sample
from tests.support.casme2_folder import FRAMES, row, write_casme2_folder
from tests.support.faces import portrait


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    rows = [
        row(subject=1, clip="a", emotion="happiness", au="12"),
        row(subject=1, clip="b", apex="/"),
        row(subject=2, clip="a", emotion="surprise", au="1+2"),
        row(subject=2, clip="c"),
    ]
    return write_casme2_folder(tmp_path_factory.mktemp("prepare") / "c2", rows)


def run(manifest, store, **config):
    return prepare(
        manifest, store, class_names=MEGC2019_CLASSES, config=MotionConfig(**config)
    )


def test_usable_clips_are_stored_and_the_rest_is_counted(root, tmp_path):
    done = run(casme2.load(root), tmp_path / "s")
    table = feature_store.read(tmp_path / "s")
    assert table.clip.tolist() == ["a", "a", "c"]
    assert table.subject.tolist() == ["sub01", "sub02", "sub02"]
    assert table.label.tolist() == [0, 2, 1]
    assert [skip.rule for skip in done.skipped] == ["no apex annotated"]
    assert "no apex annotated" in (tmp_path / "s" / "skipped.csv").read_text()
    energy = np.abs(table.patches[0, :, :, :, 1]).mean(axis=(1, 2))
    assert PATCH_LANDMARKS[int(energy.argmax())] in range(17, 27)


def test_repairs_go_into_the_store(root, tmp_path):
    repair = Repair(
        dataset="casme2", subject="sub01", clip="a", rule="r", old="1", new="2"
    )
    manifest = dataclasses.replace(casme2.load(root), repairs=(repair,))
    run(manifest, tmp_path / "s")
    lines = (tmp_path / "s" / "repairs.csv").read_text().splitlines()
    assert lines == ["dataset,subject,clip,rule,old,new", "casme2,sub01,a,r,1,2"]


def test_an_equal_store_is_reused_and_another_is_refused(root, tmp_path):
    manifest = casme2.load(root)
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
    root, tmp_path, first, second, numbers, rule
):
    good = casme2.load(root).samples[:1]
    bad = clip_of(tmp_path, first, second, **numbers)
    done = run(Manifest(samples=(*good, bad)), tmp_path / "s")
    assert [(skip.clip, skip.rule) for skip in done.skipped] == [("bad", rule)]
    assert done.header.clips == 1


def test_a_frame_that_vanished_is_skipped(root, tmp_path):
    good, other, _ = casme2.load(root).samples
    gone = clip_of(tmp_path, jpeg(portrait()))
    gone.apex_path.unlink()
    done = run(Manifest(samples=(good, gone, other)), tmp_path / "s")
    assert [skip.rule for skip in done.skipped] == ["missing frame"]


def test_nothing_usable_writes_nothing(root, tmp_path):
    with pytest.raises(InputError, match="empty"):
        run(Manifest(samples=()), tmp_path / "s")
    bad = clip_of(tmp_path, jpeg(BLANK))
    with pytest.raises(InputError, match="1 no face"):
        run(Manifest(samples=(bad,)), tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_an_interrupt_leaves_no_store(root, tmp_path):
    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    manifest = casme2.load(root)
    with pytest.raises(KeyboardInterrupt):
        prepare(
            manifest,
            tmp_path / "s",
            class_names=MEGC2019_CLASSES,
            config=MotionConfig(),
            progress=stop,
        )
    assert list(tmp_path.iterdir()) == []


def test_the_key_sees_the_frames(root, tmp_path):
    manifest = casme2.load(root)
    run(manifest, tmp_path / "s")
    frame = root / FRAMES / "sub02" / "c" / "img59.jpg"
    before = frame.read_bytes()
    frame.write_bytes(jpeg(portrait()[::-1]))
    try:
        with pytest.raises(InputError, match="other clips or settings"):
            run(manifest, tmp_path / "s")
    finally:
        frame.write_bytes(before)


def test_precomputed_flow_is_read_from_the_manifest(root, tmp_path):
    good, other, _ = casme2.load(root).samples
    picture = np.full((512, 512, 3), 128, np.uint8)
    picture[75:100, 185:212, 1] = 255  # a brow moves down
    (tmp_path / "flow.png").write_bytes(cv2.imencode(".png", picture[..., ::-1])[1])
    good = dataclasses.replace(good, flow_path=tmp_path / "flow.png")
    good = dataclasses.replace(good, onset_path=tmp_path / "not needed.jpg")
    done = run(Manifest(samples=(good, other)), tmp_path / "s", method="precomputed")
    assert [(s.clip, s.rule) for s in done.skipped] == [("a", "no flow image")]
    patches = feature_store.read(tmp_path / "s").patches[0]
    energy = patches[..., 1].mean(axis=(1, 2))
    assert PATCH_LANDMARKS[int(energy.argmax())] in range(17, 22)
    assert np.abs(patches[10:, ..., :2]).max() < 0.1
    small = dataclasses.replace(good, flow_path=tmp_path / "small.png")
    small.flow_path.write_bytes(cv2.imencode(".png", picture[:100])[1])
    with pytest.raises(InputError, match="1 unusable frames"):
        run(Manifest(samples=(small,)), tmp_path / "t", method="precomputed")
