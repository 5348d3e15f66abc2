import numpy as np
import pytest

from input_pipeline.magnification.training_data import textures

IMAGES = (np.random.default_rng(0).uniform(size=(37, 61, 3)).astype(np.float32),)


@pytest.mark.parametrize("side", [17, 53])
@pytest.mark.parametrize("number", range(30))
def test_a_texture_fills_its_square(side, number):
    rng = np.random.default_rng(number)
    texels = textures.draw_texture(rng, side, IMAGES, 0.7)
    assert texels.shape == (side, side, 3)
    assert texels.dtype == np.float32
    assert np.isfinite(texels).all()
    assert 0 <= texels.min() <= texels.max() <= 1


@pytest.mark.parametrize(
    "kind", [textures.noise, textures.gradient, textures.shapes, textures.text]
)
def test_every_kind_is_seen_and_repeats_with_its_seed(kind):
    images = [kind(np.random.default_rng(number), 41) for number in (1, 1, 2)]
    np.testing.assert_array_equal(images[0], images[1])
    assert images[0].std() > 0.01
    assert np.abs(images[0] - images[2]).max() > 0.01


def test_a_photograph_smaller_than_the_texture_is_mirrored():
    piece = textures.photograph(np.random.default_rng(0), 41, IMAGES)
    np.testing.assert_array_equal(piece[:, 37], piece[:, 36])


@pytest.mark.parametrize("number", range(30))
def test_an_outline_stays_clear_of_the_border(number):
    opacity = textures.draw_opacity(np.random.default_rng(number), 47, 1.0)
    ring = np.concatenate([opacity[0], opacity[-1], opacity[:, 0], opacity[:, -1]])
    assert ring.max() < 1e-6
    assert opacity.max() > 0.5
