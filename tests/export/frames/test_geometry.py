import numpy as np
import pytest
import tensorflow as tf

from export.frames import geometry
from export.frames.geometry import Similarity
from input_pipeline import align, aligned_face
from input_pipeline.canonical_face import FACE_AT_REST
from tests.support.faces import portrait

STABLE = list(align.STABLE_LANDMARKS)
POINTS = np.random.default_rng(3).normal(size=(68, 2)) + 90 * FACE_AT_REST + [170, 60]


def matrix(transform):
    a, b, right, down = (float(value) for value in transform)
    return np.array([[a, -b, right], [b, a, down]])


def drawn(seed):
    values = np.random.default_rng(seed).normal(size=4)
    return Similarity(*(tf.constant(value) for value in values))


def test_the_transform_of_a_face_is_that_of_the_pipeline():
    found = geometry.face_transform(tf.constant(POINTS[STABLE]), 97)
    np.testing.assert_allclose(matrix(found), align.face_transform(POINTS, 97))


def test_transforms_are_composed_undone_and_applied():
    one, other = drawn(1), drawn(2)
    both = align.compose(matrix(other), matrix(one))
    np.testing.assert_allclose(matrix(geometry.compose(other, one)), both)
    back = align.inverse(matrix(one))
    np.testing.assert_allclose(matrix(geometry.inverse(one)), back)
    moved = geometry.moved_points(one, tf.constant(POINTS))
    np.testing.assert_allclose(moved, align.transform_points(POINTS, matrix(one)))


@pytest.mark.parametrize("shift", [(0, 0), (-60, 20), (500, -900)])
def test_a_warp_gives_the_same_pixels(shift):
    image = portrait()[:211, 100:347]
    points = POINTS - [100, 0] + shift
    transform = align.face_transform(points, 101)
    wanted = align.warp_face(image, transform, 101)
    a, b = transform[:, 0]
    similar = Similarity(*map(tf.constant, (a, b, *transform[:, 2])))
    found = geometry.warped(tf.constant(image), similar, 101)
    assert found.dtype == tf.float32
    np.testing.assert_array_equal(found, wanted)


def test_the_outline_is_that_of_the_pipeline():
    points = 59 * FACE_AT_REST
    found = geometry.outlined(tf.constant(points), 61)
    np.testing.assert_array_equal(found, aligned_face.outlined(points, 61))


def test_points_at_one_place_have_no_spread():
    points = np.stack([POINTS[STABLE], np.full((5, 2), 7.0)])
    spread = geometry.spread(tf.constant(points)).numpy()
    assert spread[0] > 10
    assert spread[1] < geometry.NO_SPREAD
