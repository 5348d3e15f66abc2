import numpy as np
import pytest
from scipy.spatial import Delaunay

from input_pipeline.aligned_face import outlined
from input_pipeline.canonical_face import FACE_AT_REST


@pytest.mark.parametrize("turned", [0.0, 0.4])
def test_the_outline_is_the_convex_hull_to_half_a_pixel(turned):
    middle = np.array([32, 32])
    turn = np.array(
        [[np.cos(turned), -np.sin(turned)], [np.sin(turned), np.cos(turned)]]
    )
    points = (64 * FACE_AT_REST - middle) @ turn.T + middle
    y, x = np.indices((67, 67))
    pixels = np.stack([x, y], axis=-1).reshape(-1, 2)
    found = outlined(points, 67).ravel()
    inside = Delaunay(points).find_simplex(pixels) >= 0
    assert found[inside].all()
    centre = points.mean(axis=0)
    grown = centre + (points - centre) * (1 + 0.5 / 20)
    assert not found[Delaunay(grown).find_simplex(pixels) < 0].any()


def test_points_beyond_the_map_do_not_matter_to_its_size():
    points = np.array([[-5.0, -5.0], [70.0, -5.0], [-5.0, 70.0], [70.0, 70.0]])
    assert outlined(points, 53).all()
