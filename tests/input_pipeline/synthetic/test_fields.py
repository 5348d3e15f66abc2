import numpy as np
import pytest

from input_pipeline.synthetic.fields import (
    Field,
    Pull,
    carry,
    face_width,
    place,
    total,
)

RIGHT, LEFT, MIDDLE = 61, 291, 17


def field():
    return Field(
        np.array([[11.0, 7.0], [3.0, 13.0], [19.0, 5.0]]),
        np.array([5.0, 3.0, 7.0]),
        np.array([[0.5, -0.2], [-0.3, 0.4], [0.1, 0.6]]),
    )


def mesh(tilt=0.0):
    """A made-up mesh: an upright face 200 px wide, then tilted."""
    points = np.zeros((468, 2))
    points[[33, 263]] = [-60, -50], [60, -50]
    points[[234, 454]] = [-100, 0], [100, 0]
    points[[RIGHT, LEFT]] = [-40, 60], [40, 60]
    points[MIDDLE] = [0, 80]
    cos, sin = np.cos(tilt), np.sin(tilt)
    return points @ np.array([[cos, sin], [-sin, cos]]) + [300, 200]


def test_grid_and_points_agree():
    x, y = np.arange(23) + 0.5, np.arange(17) + 0.5
    dx, dy = field().on_grid(x, y)
    assert dx.shape == dy.shape == (17, 23)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    expected = field().at(points).reshape(17, 23, 2)
    np.testing.assert_allclose(np.dstack([dx, dy]), expected, atol=1e-6)


def test_a_bump_has_its_vector_at_its_centre_and_a_gaussian_fall_off():
    bump = Field(np.array([[11.0, 7.0]]), np.array([5.0]), np.array([[3.0, -2.0]]))
    at = bump.at(np.array([[11.0, 7.0], [16.0, 7.0], [11.0, 17.0]]))
    heights = [1, np.exp(-0.5), np.exp(-2)]
    np.testing.assert_allclose(at, np.outer(heights, [3, -2]))


def test_total_is_the_sum():
    points = np.array([[2.0, 3.0], [11.0, 13.0]])
    both = total([field(), field().scaled(2)])
    np.testing.assert_allclose(both.at(points), 3 * field().at(points))


def test_a_carried_point_shows_what_was_at_its_start():
    start = np.array([[2.0, 3.0], [11.0, 13.0], [17.0, 5.0]])
    moved = carry(start, field().at)
    np.testing.assert_allclose(moved - field().at(moved), start, atol=1e-6)


def test_a_field_that_folds_is_refused():
    steep = Field(np.array([[0.0, 0.0]]), np.array([1.0]), np.array([[9.0, 0.0]]))
    with pytest.raises(ArithmeticError, match="folds"):
        carry(np.array([[0.5, 0.0]]), steep.at)


@pytest.mark.parametrize("tilt", [0.0, 0.4])
def test_pulls_follow_the_axes_and_the_size_of_the_face(tilt):
    face = mesh(tilt)
    assert face_width(face) == pytest.approx(200)
    placed = place([Pull(RIGHT, LEFT, 0.7, 0.3, 0.05)], face, right=2.0)
    np.testing.assert_allclose(placed.reaches, 10)
    np.testing.assert_allclose(placed.centres, face[[RIGHT, LEFT]])
    cos, sin = np.cos(tilt), np.sin(tilt)
    upright = placed.vectors @ np.array([[cos, -sin], [sin, cos]])
    np.testing.assert_allclose(upright, [[-1.4, -0.6], [0.7, -0.3]], atol=1e-12)


def test_a_quarter_turn_makes_up_out():
    placed = place([Pull(RIGHT, LEFT, 0.0, 1.0, 0.05)], mesh(), turn=np.pi / 2)
    np.testing.assert_allclose(placed.vectors, [[-1, 0], [1, 0]], atol=1e-12)
