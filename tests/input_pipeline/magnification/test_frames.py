import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.frames import (
    MAX_FACTOR,
    check_factor,
    check_pair,
    checked_frame,
    padded,
    to_image,
    to_unit_range,
)


def frame(height, width):
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((5, 7), np.uint8),
        np.zeros((5, 7, 4), np.uint8),
        np.zeros((0, 7, 3), np.uint8),
        np.full((5, 7, 3), np.nan, np.float32),
    ],
    ids=["grey", "four channels", "empty", "not numbers"],
)
def test_what_is_no_frame_is_refused(wrong):
    with pytest.raises(InputError, match="uint8 RGB"):
        checked_frame(wrong)
    with pytest.raises(InputError, match="uint8 RGB"):
        check_pair(frame(5, 7), wrong)


def test_frames_of_two_sizes_are_no_pair():
    check_pair(frame(5, 7), frame(5, 7))
    with pytest.raises(InputError, match="7x5 and 5x7"):
        check_pair(frame(5, 7), frame(7, 5))


@pytest.mark.parametrize("factor", [0, -3, 1.2, 1e6])
def test_finite_factors_pass(factor):
    check_factor(factor)


@pytest.mark.parametrize("factor", [np.nan, np.inf, -np.inf, 2 * MAX_FACTOR])
def test_other_factors_are_refused(factor):
    with pytest.raises(InputError, match=f"Received: {factor}"):
        check_factor(factor)


def test_every_grey_level_survives_the_way_there_and_back():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    scaled = to_unit_range(levels)
    assert scaled.dtype == np.float32
    assert (scaled.min(), scaled.max()) == (-1, 1)
    np.testing.assert_array_equal(to_image(scaled), levels)


def test_what_leaves_the_range_is_clipped():
    np.testing.assert_array_equal(to_image(np.array([-3, 0, 1.5])), [0, 128, 255])


def test_padding_repeats_the_last_row_and_column():
    grown = padded(frame(5, 11))
    assert grown.shape == (8, 12, 3)
    np.testing.assert_array_equal(grown[:5, :11], frame(5, 11))
    assert (grown[5:] == grown[4]).all()
    assert (grown[:, 11] == grown[:, 10]).all()
    fitting = frame(8, 12)
    assert padded(fitting) is fitting
