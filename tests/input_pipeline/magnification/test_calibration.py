import numpy as np
import pytest

from input_pipeline.magnification.calibration import (
    calibrate,
    recovered_magnification,
    render,
    slope,
)
from input_pipeline.magnification.first_weights import draw_first_weights
from input_pipeline.magnification.network import build_magnet
from input_pipeline.magnification.training_data.casting import draw_scene

IMAGES = (np.random.default_rng(0).uniform(size=(53, 61, 3)).astype(np.float32),)


@pytest.fixture(scope="module")
def magnet():
    magnet = build_magnet("public", decoder_blocks=1)
    draw_first_weights(magnet, 0)
    return magnet


@pytest.mark.parametrize("magnification", [1.3, 3.0, 4.4])
def test_the_magnification_of_a_true_frame_is_found(magnification):
    rng = np.random.default_rng(1)
    scene = draw_scene(rng, side=32, images=IMAGES, motion=0.5, magnified=3.0)
    frame = scene.render((magnification,))[0]
    found = recovered_magnification(frame, scene, 3.0, 4)
    assert found == pytest.approx(magnification, abs=0.03)


def test_a_factor_of_one_renders_frame_b(magnet):
    rng = np.random.default_rng(0)
    frames = rng.uniform(size=(2, 16, 16, 3)).astype(np.float32)
    same = render(magnet, frames[1], frames[1], 1.0)
    np.testing.assert_allclose(render(magnet, *frames, 1.0), same, atol=1e-5)
    assert same.shape == (16, 16, 3)
    assert 0 <= same.min() < same.max() <= 1


def test_the_first_weights_magnify_by_less_than_asked(magnet):
    assert 0 < slope(magnet, seed=0, scenes=6, side=32) < 0.9


def test_calibration_scales_until_the_slope_is_one():
    magnet = build_magnet("official", width=2, decoder_blocks=1)
    kernel = magnet.manipulator.get_layer("change").convolution.kernel
    before = np.array(kernel)

    def measure(magnet, *, seed):
        # Saturates, as decoders do: one division is not enough.
        scale = float(np.array(kernel).sum() / before.sum())
        return 0.5 * scale**0.8

    gain = calibrate(magnet, seed=0, measure=measure)
    np.testing.assert_allclose(kernel, before * gain, rtol=1e-5)
    assert measure(magnet, seed=0) == pytest.approx(1, abs=0.01)


def test_a_network_that_does_not_magnify_is_not_calibrated(magnet):
    with pytest.raises(ArithmeticError, match="train it more"):
        calibrate(magnet, seed=0, measure=lambda magnet, *, seed: 0.1)
