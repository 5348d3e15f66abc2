import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.reduction import projection, scaled


def test_channels_are_scaled_by_their_own_extremes_over_all_regions():
    rng = np.random.default_rng(3)
    first = rng.normal(size=(5, 7, 3)).astype(np.float32)
    second = rng.normal(2, 3, (11, 2, 3)).astype(np.float32)
    parts = scaled([first, second])
    together = np.concatenate([part.reshape(-1, 3) for part in parts])
    raw = np.concatenate([first.reshape(-1, 3), second.reshape(-1, 3)])
    np.testing.assert_array_equal(together.min(axis=0), 0)
    np.testing.assert_array_equal(together.max(axis=0), 1)
    expected = (raw - raw.min(0)) / (raw.max(0) - raw.min(0))
    np.testing.assert_allclose(together, expected, atol=1e-6)


@pytest.mark.parametrize("value", [0.0, -3.7, 1e20])
def test_a_constant_channel_is_zero(value):
    shape = np.random.default_rng(3).normal(size=(5, 7, 2)).astype(np.float32)
    shape[..., 1] = value
    # One step of rounding is no signal.
    shape[2, 3, 1] = np.nextafter(np.float32(value), np.float32(np.inf))
    (part,) = scaled([shape])
    assert part[..., 0].max() == 1
    if value:
        np.testing.assert_array_equal(part[..., 1], 0)


def test_the_projection_of_the_published_width_is_fixed():
    weights = projection(32)
    assert weights.shape == (32, 8)
    np.testing.assert_allclose(weights.sum(axis=0), 1, atol=1e-6)
    np.testing.assert_array_equal((weights > 0).sum(axis=0), [4] * 8)
    np.testing.assert_array_equal((weights > 0).sum(axis=1), 1)


def test_too_few_channels_cannot_be_projected():
    with pytest.raises(InputError, match="Received: 7"):
        projection(7)
