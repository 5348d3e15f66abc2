"""The weights that come with the project."""

import numpy as np
import pytest

from input_pipeline.magnification.shape_export import to_litert
from input_pipeline.magnification.shape_path import SHIPPED, ShapePath, read_model
from input_pipeline.magnification.weights import load_magnet


@pytest.fixture(scope="module")
def paths():
    return ShapePath(read_model(SHIPPED)), ShapePath(to_litert(load_magnet()))


def test_the_shipped_shape_path_is_that_of_the_shipped_network(paths):
    shipped, made = paths
    frame = np.random.default_rng(3).uniform(-1, 1, (40, 56, 3)).astype(np.float32)
    one, other = shipped.encode(frame), made.encode(frame)
    assert np.abs(one).max() > 0.1
    np.testing.assert_allclose(one, other, atol=1e-5)
    later = shipped.encode(frame[::-1].copy())
    np.testing.assert_allclose(
        shipped.magnify(one, later, 5.0), made.magnify(one, later, 5.0), atol=1e-4
    )
    assert shipped.traits == made.traits
