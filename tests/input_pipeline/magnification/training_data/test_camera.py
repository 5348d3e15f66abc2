import numpy as np
import pytest

from input_pipeline.magnification.training_data.camera import (
    Camera,
    draw_camera,
    draw_recolouring,
)
from input_pipeline.magnification.training_data.settings import Spoiling

GREY = np.full((211, 223, 3), 0.5, np.float32)


def test_a_camera_without_faults_only_rounds():
    light = np.random.default_rng(0).uniform(size=(7, 11, 3)).astype(np.float32)
    frame = Camera().record(light, np.random.default_rng(1))
    assert frame.dtype == np.uint8
    assert np.abs(frame / 255 - light).max() <= 0.5 / 255 + 1e-6


def test_shot_noise_has_its_deviation_at_mid_grey_and_none_in_the_dark():
    rng = np.random.default_rng(0)
    assert Camera(shot=3).record(GREY, rng).std() == pytest.approx(3, rel=0.03)
    assert Camera(shot=3).record(0 * GREY, rng).std() == 0


def test_shot_noise_grows_with_the_root_of_light():
    frame = Camera(shot=3).record(GREY / 4, np.random.default_rng(0))
    assert frame.std() == pytest.approx(1.5, rel=0.05)


def test_read_noise_does_not_depend_on_light():
    for light in (GREY, GREY / 4):
        frame = Camera(read=4).record(light, np.random.default_rng(0))
        assert frame.std() == pytest.approx(4, rel=0.03)


def test_compression_keeps_the_order_of_colours():
    light = np.tile(np.float32([1.0, 0.5, 0.0]), (16, 16, 1))
    frame = Camera(jpeg_quality=90).record(light, np.random.default_rng(0))
    np.testing.assert_allclose(frame[8, 8], [255, 128, 0], atol=6)


@pytest.mark.parametrize(
    ("spoiling", "expected"),
    [
        (Spoiling(clean=1, compressed=0), Camera()),
        (Spoiling(shot=0, read=0, clean=0, compressed=0), Camera()),
    ],
)
def test_shares_are_kept(spoiling, expected):
    cameras = {draw_camera(np.random.default_rng(n), spoiling) for n in range(20)}
    assert cameras == {expected}


def test_noise_and_compression_stay_below_their_most():
    spoiling = Spoiling(shot=2, read=1, clean=0, compressed=1)
    cameras = [draw_camera(np.random.default_rng(n), spoiling) for n in range(50)]
    assert 1.8 < max(camera.shot for camera in cameras) <= 2
    assert 0.9 < max(camera.read for camera in cameras) <= 1
    assert all(60 <= camera.jpeg_quality <= 95 for camera in cameras)


def test_colours_change_only_when_asked():
    gain, offset = draw_recolouring(np.random.default_rng(0), 0)
    np.testing.assert_array_equal(gain, 1)
    np.testing.assert_array_equal(offset, 0)
    gain, offset = draw_recolouring(np.random.default_rng(0), 1)
    assert np.abs(gain - 1).max() > 0.01
    assert np.abs(offset).max() > 0.01
