import numpy as np
import pytest

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.align import warp_face
from input_pipeline.aligned_face import align_face
from input_pipeline.clip_features import ClipExtractor
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.magnification.displacement import MARGIN
from input_pipeline.magnification.regions import patch_regions
from input_pipeline.magnification.shape_path import SHIPPED, ShapePath, read_model
from input_pipeline.motion import motion_of
from input_pipeline.patches import sample_patches
from tests.support.faces import bulge, moved, portrait

PLAIN = MotionConfig(method="magnet", standardize=False)


@pytest.fixture(scope="module")
def aligned():
    return align_face(FaceMesh().find(portrait()), portrait(), 128)


@pytest.fixture(scope="module")
def mouth(aligned):
    return aligned.face.landmarks[54]


def maps_of(config, aligned, later):
    motion = motion_of(config)
    first, face = (
        warp_face(image, aligned.fine, 2 * config.map_size)
        for image in (portrait(), later)
    )
    return motion, motion.compare(motion.start(first, aligned), face, aligned)


def test_the_displacement_of_a_mouth_corner_lies_in_its_patches(mouth):
    clip = ClipExtractor(PLAIN).extract(
        portrait(), bulge(portrait(), mouth, (0.3, -0.3), radius=12)
    )
    scale = np.linalg.norm(clip.transform[:, 0]) * 2
    means = clip.patches.mean(axis=(1, 2))
    moving = PATCH_LANDMARKS.index(54)
    assert means.shape == (30, 3)
    np.testing.assert_allclose(means[moving, :2], [0.3 * scale, -0.3 * scale], rtol=0.4)
    assert np.abs(means[:10, :2]).max() < 0.15 * scale * 0.3
    assert means[moving, 2] > 3 * np.median(means[:10, 2])


def test_strain_is_that_of_the_displacement_in_its_own_unit(aligned, mouth):
    later = bulge(portrait(), mouth, (0.3, -0.3), radius=12)
    _, maps = maps_of(PLAIN, aligned, later)
    along_y, along_x = np.gradient(maps[..., 0] / 2)
    v_along_y, v_along_x = np.gradient(maps[..., 1] / 2)
    shear = 0.5 * (along_y + v_along_x)
    expected = np.sqrt(along_x**2 + v_along_y**2 + 2 * shear**2)
    np.testing.assert_allclose(maps[..., 2], expected, atol=1e-5)


def test_motion_of_the_whole_face_is_taken_out(aligned):
    _, maps = maps_of(PLAIN, aligned, moved(portrait(), 0.4, -0.2))
    assert np.abs(np.median(maps[aligned.inside][:, :2], axis=0)).max() < 1e-6


@pytest.mark.parametrize("area", ["face", "patches"])
def test_standardised_maps_have_unit_deviation_where_they_are_measured(
    aligned, mouth, area
):
    later = bulge(portrait(), mouth, (0.3, -0.3), radius=12)
    _, maps = maps_of(MotionConfig(method="magnet", magnet_area=area), aligned, later)
    covered = aligned.inside & np.any(maps != 0, axis=-1)
    assert (covered.sum() < 0.9 * aligned.inside.sum()) == (area == "patches")
    np.testing.assert_allclose(maps[covered].std(axis=0), 1, rtol=0.02)


def test_what_patches_need_is_nearly_as_from_the_whole_face(aligned, mouth):
    later = bulge(portrait(), mouth, (0.3, -0.3), radius=12)
    patches = []
    for area in ("face", "patches"):
        config = MotionConfig(method="magnet", magnet_area=area)
        motion, maps = maps_of(config, aligned, later)
        points = motion.points(aligned)[list(PATCH_LANDMARKS)]
        patches.append(sample_patches(maps, points))
    one, other = (p[..., :2].ravel() for p in patches)
    assert np.corrcoef(one, other)[0, 1] > 0.95


@pytest.mark.parametrize(("kind", "margin"), [("displacement", MARGIN), ("mean", 0)])
def test_only_windows_reach_beyond_the_patches(aligned, mouth, kind, margin):
    config = MotionConfig(method="magnet", magnet_area="patches", magnet_map=kind)
    later = bulge(portrait(), mouth, (0.3, -0.3), radius=12)
    motion, maps = maps_of(config, aligned, later)
    points = motion.points(aligned)[list(PATCH_LANDMARKS)]
    traits = ShapePath(read_model(SHIPPED)).traits
    plan = patch_regions(points, 128, 128, traits, margin)
    np.testing.assert_array_equal(np.any(maps != 0, axis=-1), plan.covered)


@pytest.mark.parametrize(("kind", "channels"), [("mean", 1), ("projection", 8)])
def test_the_magnified_shape_itself_is_another_map(aligned, kind, channels):
    config = MotionConfig(method="magnet", magnet_map=kind)
    _, maps = maps_of(config, aligned, moved(portrait(), 0.4, 0))
    assert maps.shape == (128, 128, channels)
    assert maps.min() >= 0
    assert maps.max() <= 1
    # The whole face, as published.
    assert (maps.max(axis=-1) > 0).mean() > 0.99


@pytest.mark.parametrize("kind", ["displacement", "mean"])
def test_many_factors_are_many_maps(aligned, mouth, kind):
    config = MotionConfig(method="magnet", magnet_map=kind, factor=3.0)
    motion = motion_of(config)
    later = bulge(portrait(), mouth, (0.3, -0.3), radius=12)
    first, face = (warp_face(image, aligned.fine, 256) for image in (portrait(), later))
    started = motion.start(first, aligned)
    maps = motion.compare_factors(started, face, aligned, [1.0, 3.0])
    np.testing.assert_array_equal(maps[1], motion.compare(started, face, aligned))
    assert np.abs(maps[0] - maps[1]).max() > 0.01
