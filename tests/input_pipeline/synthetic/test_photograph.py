import numpy as np
import pytest

from input_pipeline.synthetic.photograph import load_photograph


@pytest.fixture(scope="module")
def photographs():
    return {flip: load_photograph(mirrored=flip) for flip in (False, True)}


def test_the_photograph_is_large_and_measured(photographs):
    plain = photographs[False]
    assert plain.image.shape == (3072, 3072, 3)
    assert plain.image.dtype == np.uint8
    assert plain.mesh.shape == (468, 2)
    assert 500 < np.ptp(plain.mesh[:, 0]) < 620


def test_mirrored_the_right_mouth_corner_is_the_former_left(photographs):
    corners = photographs[False].mesh[[61, 291]]
    expected = corners[::-1] * [-1, 1] + [3072, 0]
    # The network is not exactly symmetric: within 3 % of the face's width.
    np.testing.assert_allclose(photographs[True].mesh[[61, 291]], expected, atol=17)
    plain, mirrored = (photographs[flip].image.astype(int) for flip in (False, True))
    # Resampling rounds differently from left to right.
    assert np.abs(mirrored[:, ::-1] - plain).max() <= 5
