import numpy as np
import pytest

from fgrmer_tf.config import MotionConfig
from input_pipeline.optical_flow import flow, flow_map, strain
from tests.support.faces import bulge, moved, portrait

FACE = portrait()[0:256, 96:352]
INSIDE = np.zeros((128, 128), bool)
INSIDE[20:110, 30:100] = True


@pytest.mark.parametrize("method", ["farneback", "dis", "tvl1"])
@pytest.mark.parametrize("shift", [(0.7, 0.0), (0.0, -1.3)])
def test_a_known_sub_pixel_shift_is_measured(method, shift):
    grey = np.ascontiguousarray(FACE[..., 1])
    field = flow(grey, moved(grey, *shift), method)
    median = np.median(field[40:216, 40:216].reshape(-1, 2), axis=0)
    np.testing.assert_allclose(median, shift, atol=0.12)


def test_strain_by_hand():
    y, x = np.mgrid[:11, :13].astype(np.float32)
    field = np.dstack([0.3 * x + 0.1 * y, 0.2 * y])
    expected = np.sqrt(0.3**2 + 0.2**2 + 2 * 0.05**2)
    np.testing.assert_allclose(strain(field), expected, rtol=1e-5)


@pytest.mark.parametrize("standardize", [False, True])
def test_equal_faces_give_next_to_nothing(standardize):
    config = MotionConfig(standardize=standardize)
    assert np.abs(flow_map(FACE, FACE, INSIDE, config)[INSIDE]).max() < 0.1


def test_motion_of_the_whole_face_is_taken_out():
    config = MotionConfig(standardize=False)
    maps = flow_map(FACE, moved(FACE, 1.5, -0.5), INSIDE, config)
    assert np.abs(np.median(maps[INSIDE][:, :2], axis=0)).max() < 1e-6


def test_local_motion_shows_where_it_is():
    config = MotionConfig(standardize=False)
    centre = (120, 140)
    maps = flow_map(FACE, bulge(FACE, centre, (0, -1.5)), INSIDE, config)
    assert maps.shape == (128, 128, 3)
    assert maps[70, 60, 1] < -0.5
    assert abs(maps[70, 60, 0]) < 0.5


def test_standardised_maps_have_unit_deviation_on_the_face():
    maps = flow_map(FACE, bulge(FACE, (120, 140), (1, 1)), INSIDE, MotionConfig())
    np.testing.assert_allclose(maps[INSIDE].std(axis=0), 1, rtol=1e-4)
