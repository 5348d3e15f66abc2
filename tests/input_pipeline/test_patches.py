import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.patches import sample_patches

Y, X = np.mgrid[:19, :23].astype(np.float32)
RAMPS = np.dstack([X, Y, 10 * X + Y])


def test_values_come_from_y_x_at_sub_pixel_positions():
    patch = sample_patches(RAMPS, np.array([[10.25, 7.5]]))
    assert patch.shape == (1, 7, 7, 3)
    np.testing.assert_allclose(patch[0, 3, 3], [10.25, 7.5, 110], rtol=1e-6)
    np.testing.assert_allclose(patch[0, 0, :, 0], 10.25 + np.arange(-3, 4))
    np.testing.assert_allclose(patch[0, :, 6, 1], 7.5 + np.arange(-3, 4))


@pytest.mark.parametrize(
    ("point", "centre"),
    [((0.5, -4), (3, 3)), ((22, 18), (19, 15)), ((100, 9.5), (19, 9.5))],
)
def test_windows_at_the_border_are_shifted_inside(point, centre):
    patch = sample_patches(RAMPS, np.array([point]))
    np.testing.assert_allclose(patch[0, 3, 3, :2], centre)


def test_too_small_a_map_and_bad_points_are_refused():
    with pytest.raises(InputError, match="6x9"):
        sample_patches(np.zeros((9, 6, 1), np.float32), np.zeros((1, 2)))
    with pytest.raises(InputError, match="finite"):
        sample_patches(RAMPS, np.array([[np.nan, 3]]))
