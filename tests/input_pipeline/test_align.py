import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.align import (
    CANONICAL,
    STABLE_LANDMARKS,
    compose,
    face_transform,
    inverse,
    similarity,
    transform_points,
    warp_face,
)


def test_a_known_similarity_is_found():
    points = np.random.default_rng(1).normal(size=(7, 2)) * 50
    angle, scale = 0.3, 1.7
    turn = scale * np.array(
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    )
    matrix = similarity(points, points @ turn.T + [11, -13])
    np.testing.assert_allclose(matrix[:, :2], turn, atol=1e-9)
    np.testing.assert_allclose(matrix[:, 2], [11, -13], atol=1e-9)


def test_coinciding_points_are_refused():
    with pytest.raises(InputError, match="different places"):
        similarity(np.full((5, 2), 3.0), CANONICAL)


def test_stable_points_land_on_the_canonical_face():
    landmarks = np.random.default_rng(2).normal(size=(68, 2))
    landmarks[list(STABLE_LANDMARKS)] = CANONICAL * 90 + [200, 100]
    moved = transform_points(landmarks, face_transform(landmarks, 64))
    np.testing.assert_allclose(moved[list(STABLE_LANDMARKS)], CANONICAL * 64)


def test_pixels_move_with_the_points():
    image = np.zeros((50, 60), np.uint8)
    image[20, 30] = 255
    transform = np.array([[1, 0, -5.0], [0, 1, 7.0]])
    warped = warp_face(image, transform, 40)
    assert np.unravel_index(warped.argmax(), warped.shape) == (27, 25)


def test_transforms_are_composed_and_undone():
    random = np.random.default_rng(3)
    first, second = random.normal(size=(2, 2, 3))
    points = random.normal(size=(7, 2))
    one_by_one = transform_points(transform_points(points, first), second)
    both = transform_points(points, compose(second, first))
    np.testing.assert_allclose(both, one_by_one)
    back = transform_points(one_by_one, inverse(second))
    np.testing.assert_allclose(back, transform_points(points, first))
