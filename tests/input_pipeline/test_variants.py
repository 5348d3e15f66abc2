import re
from pathlib import Path

import numpy as np
import pytest

from fgrmer_tf.config import MotionConfig, VariantConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import NUM_BROW
from input_pipeline.clip_features import ClipExtractor
from input_pipeline.patches import sample_patches
from input_pipeline.records import Sample
from input_pipeline.variants import describe, jittered, nearby_frames
from tests.support.faces import bulge, portrait

ONSET = portrait()
APEX = bulge(ONSET, (210, 150), (1.5, 0), radius=12)
LATER = bulge(ONSET, (210, 150), (2.5, 0), radius=12)
FLOW = MotionConfig(method="dis")


def extract(config, motion=FLOW, near=(), name="casme2/sub01/EP01"):
    return ClipExtractor(motion, config).extract(ONSET, APEX, near=near, name=name)


@pytest.fixture(scope="module")
def plain():
    return extract(VariantConfig())


def test_without_settings_there_is_no_variant(plain):
    assert plain.variants.shape == (0, *plain.patches.shape)


def test_other_apex_frames_give_the_patches_that_they_would_give_as_apex(plain):
    config = VariantConfig(apex_offsets=(-1, 2, 3))
    clip = extract(config, near=[None, LATER, np.zeros_like(APEX)])
    np.testing.assert_array_equal(clip.patches, plain.patches)
    expected = ClipExtractor(FLOW).extract(ONSET, LATER).patches
    np.testing.assert_array_equal(clip.variants[1], expected)
    assert np.abs(clip.variants[1] - clip.patches).max() > 0.1
    for repeated, note in ((0, "-1 frames.*no such frame"), (2, r"\+3 .*must show a")):
        np.testing.assert_array_equal(clip.variants[repeated], plain.patches)
        assert re.search(note, "\n".join(clip.notes))


def test_jitter_is_a_function_of_the_clip_alone(plain):
    config = VariantConfig(jitters=3)
    clip = extract(config)
    np.testing.assert_array_equal(clip.patches, plain.patches)
    np.testing.assert_array_equal(clip.variants, extract(config).variants)
    other = extract(config, name="casme2/sub01/EP02")
    assert not np.array_equal(clip.variants, other.variants)
    assert len({variant.tobytes() for variant in clip.variants}) == 3


def test_jitter_moves_landmarks_by_its_sigma_and_stays_in_their_region():
    random = np.random.default_rng(1)
    points = random.uniform(20, 100, (30, 2))
    config = VariantConfig(jitters=97, jitter=1.3)
    moved = np.array([*jittered(points, config, "x")])
    for rows in (slice(None, NUM_BROW), slice(NUM_BROW, None)):
        assert (moved[:, rows] >= points[rows].min(axis=0)).all()
        assert (moved[:, rows] <= points[rows].max(axis=0)).all()
    # Landmarks in the middle of both regions are not held back by their border.
    middle = (np.abs(points - 60) < 30).all(axis=1)
    assert middle.sum() > 5
    steps = (moved - points)[:, middle]
    assert steps.std() == pytest.approx(1.3, rel=0.05)
    assert steps.mean() == pytest.approx(0, abs=0.1)


def test_jitter_reads_the_same_map_elsewhere(plain):
    config = VariantConfig(jitters=1)
    clip = extract(config)
    aligned = ClipExtractor(FLOW).align(ONSET)
    (points,) = jittered(aligned.points, config, "casme2/sub01/EP01")
    np.testing.assert_array_equal(clip.variants[0], sample_patches(plain.maps, points))


def test_factors_give_the_patches_of_that_factor():
    motion = MotionConfig(method="magnet", factor=2)
    clip = extract(VariantConfig(factors=(5.0, 1.0)), motion)
    for factor, variant in zip((5.0, 1.0), clip.variants, strict=True):
        alone = MotionConfig(method="magnet", factor=factor)
        expected = ClipExtractor(alone).extract(ONSET, APEX).patches
        np.testing.assert_allclose(variant, expected, atol=1e-6)
        assert np.abs(variant - clip.patches).max() > 1e-3


def test_precomputed_flow_has_jitter_alone():
    precomputed = MotionConfig(method="precomputed")
    image = np.random.default_rng(2).integers(0, 255, APEX.shape).astype(np.uint8)
    extractor = ClipExtractor(precomputed, VariantConfig(jitters=2))
    clip = extractor.extract_precomputed(APEX, image, name="a")
    plain = ClipExtractor(precomputed).extract_precomputed(APEX, image, name="a")
    assert plain.variants.shape == (0, 30, 7, 7, 3)
    assert clip.variants.shape == (2, 30, 7, 7, 3)
    np.testing.assert_array_equal(clip.patches, plain.patches)
    assert not np.array_equal(clip.variants[0], clip.variants[1])


def test_what_a_motion_cannot_have_is_refused():
    with pytest.raises(InputError, match=r"factors=\(2.0,\) with motion='dis'"):
        ClipExtractor(FLOW, VariantConfig(factors=(2.0,)))
    precomputed = MotionConfig(method="precomputed")
    with pytest.raises(InputError, match=r"apex_offsets=\(1,\)"):
        ClipExtractor(precomputed, VariantConfig(apex_offsets=(1,)))
    with pytest.raises(InputError, match=r"offsets \(1, 2\).*Received: 1"):
        extract(VariantConfig(apex_offsets=(1, 2)), near=[APEX])


def test_the_header_says_what_each_variant_is():
    config = VariantConfig(
        factors=(2.0, 8.0), jitters=2, jitter=0.5, apex_offsets=(-1, 3)
    )
    described = describe(config)
    assert len(described) == config.count
    assert described == [
        {"factor": 2.0},
        {"factor": 8.0},
        {"jitter": 0.5, "draw": 0},
        {"jitter": 0.5, "draw": 1},
        {"apex_offset": -1},
        {"apex_offset": 3},
    ]


def sample(folder, onset="img46.jpg", apex="img59.jpg", offset="img61.jpg", **other):
    values = {
        "dataset": "casme2",
        "subject": "sub01",
        "clip": "EP01",
        "label": "negative",
        "onset_path": folder / onset,
        "apex_path": folder / apex,
        "offset_path": folder / offset if offset else None,
        "frames_dir": folder,
    }
    return Sample(**values | other)


@pytest.fixture
def frames(tmp_path):
    for number in (45, 46, 47, 58, 59, 60, 61, 62):
        (tmp_path / f"img{number}.jpg").touch()
    (tmp_path / "reg_img57.jpg").touch()
    (tmp_path / "img57.txt").touch()
    return tmp_path


def names(found):
    return [path and path.name for path in found]


def test_nearby_frames_lie_within_the_clip(frames):
    config = VariantConfig(apex_offsets=(-14, -13, -12, -2, -1, 1, 2, 3))
    assert names(nearby_frames(sample(frames), config)) == [
        None,
        None,
        "img47.jpg",
        None,
        "img58.jpg",
        "img60.jpg",
        "img61.jpg",
        None,
    ]
    without = nearby_frames(sample(frames, offset=None), config)
    assert names(without)[-1] == "img62.jpg"


def test_padding_of_numbers_does_not_matter(tmp_path):
    for name in ("006_05562.jpg", "006_5561.jpg", "007_05563.jpg"):
        (tmp_path / name).touch()
    clip = sample(tmp_path, "006_05500.jpg", "006_05562.jpg", "006_05600.jpg")
    found = nearby_frames(clip, VariantConfig(apex_offsets=(-1, 1)))
    assert names(found) == ["006_5561.jpg", None]


@pytest.mark.parametrize(
    "changed",
    [
        {"frames_dir": None},
        {"frames_dir": Path("nowhere")},
        {"apex": "apex.jpg"},
    ],
)
def test_a_clip_without_numbered_frames_has_no_nearby_ones(frames, changed):
    found = nearby_frames(sample(frames, **changed), VariantConfig(apex_offsets=(1, 2)))
    assert found == (None, None)
