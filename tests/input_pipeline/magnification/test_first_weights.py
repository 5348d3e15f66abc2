import cv2
import numpy as np
import pytest

from input_pipeline.magnification.first_weights import CARRIED, draw_first_weights
from input_pipeline.magnification.network import build_magnet

RNG = np.random.default_rng(0)
FRAME = RNG.uniform(-1, 1, (1, 20, 24, 3)).astype(np.float32)


def kernel(part, layer):
    return part.get_layer(layer).convolution.kernel


@pytest.mark.parametrize("form", ["official", "public"])
def test_the_shape_carries_the_four_pixels_of_each_block(form):
    magnet = build_magnet(form, decoder_blocks=1)
    draw_first_weights(magnet, 0)
    _, shape = magnet.encoder(FRAME)
    carried = np.array(shape)[..., :CARRIED].reshape(1, 10, 12, 2, 2, 3, 2)
    signed = carried[..., 0] - carried[..., 1]
    pixels = signed.transpose(0, 1, 3, 2, 4, 5).reshape(FRAME.shape)
    assert np.corrcoef(pixels.ravel(), FRAME.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("form", ["official", "public"])
def test_training_starts_from_half_of_a_linear_magnification(form):
    magnet = build_magnet(form, decoder_blocks=2)
    draw_first_weights(magnet, 0)
    smooth = cv2.GaussianBlur(RNG.uniform(-1, 1, (40, 44, 6)), (0, 0), 4.0)
    smooth = (smooth / np.abs(smooth).max()).astype(np.float32)
    frame_a, change = smooth[None, ..., :3], 0.05 * smooth[None, ..., 3:]
    inputs = {"frame_a": frame_a, "frame_b": frame_a + change}
    frames = [
        np.array(magnet.model({**inputs, "factor": np.float32([factor])})["frame"])
        for factor in (magnet.identity_factor, magnet.identity_factor + 4)
    ]
    inside = np.s_[:, 8:-8, 8:-8]
    found, expected = (frames[1] - frames[0])[inside], 4 * change[inside]
    gain = (found * expected).sum() / (expected**2).sum()
    assert gain == pytest.approx(0.5, abs=0.15)
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.9


def test_the_signal_keeps_its_size():
    magnet = build_magnet("official")
    draw_first_weights(magnet, 0)
    texture, shape = magnet.encoder(FRAME)
    assert 0.2 < np.std(texture) < 3
    assert 0.2 < np.std(shape) < 3


def test_what_is_added_starts_small():
    magnet = build_magnet("official")
    draw_first_weights(magnet, 0)
    block = magnet.decoder.get_layer("block_1")
    first, second = (
        np.std(one.convolution.kernel) for one in (block.first, block.second)
    )
    assert second == pytest.approx(0.1 * first, rel=0.1)


def test_the_seed_decides():
    kernels = []
    for seed in (1, 1, 2):
        magnet = build_magnet("official", width=3, decoder_blocks=1)
        draw_first_weights(magnet, seed)
        kernels.append(np.array(kernel(magnet.encoder, "stem")))
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 0.01


def test_a_narrow_network_is_drawn_without_the_path():
    magnet = build_magnet("official", width=11, decoder_blocks=1)
    draw_first_weights(magnet, 0)
    assert np.all(np.array(kernel(magnet.encoder, "stem")) != 0)
