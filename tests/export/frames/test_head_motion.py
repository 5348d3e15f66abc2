import cv2
import numpy as np
import pytest
import tensorflow as tf

from export.frames.head_motion import rigid_motion, windowed
from input_pipeline import head_motion
from tests.support.faces import bulge, portrait

FACE = cv2.cvtColor(portrait()[30:177, 150:297], cv2.COLOR_RGB2GRAY)
INSIDE = np.zeros(FACE.shape, bool)
INSIDE[30:130, 17:113] = True


def moved(image, degrees, growth, shift):
    matrix = cv2.getRotationMatrix2D((70, 80), degrees, growth)
    matrix[:, 2] += shift
    border = cv2.BORDER_REPLICATE
    return cv2.warpAffine(image, matrix, image.shape[::-1], borderMode=border)


def in_graph(first, later, inside, dtype):
    images = (tf.constant(image, dtype) for image in (first, later))
    a, b, right, down = tf.function(rigid_motion)(*images, tf.constant(inside))
    return np.array([[a, -b, right], [b, a, down]])


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(tf.float64, 1e-9), (tf.float32, 2e-3)]
)
@pytest.mark.parametrize(
    ("degrees", "growth", "shift"),
    [(0, 1, (0, 0)), (1.3, 1.02, (2.1, -1.7)), (-3, 0.97, (0, 4))],
)
def test_a_graph_finds_what_the_pipeline_finds(
    degrees, growth, shift, dtype, tolerance
):
    smile = bulge(bulge(FACE, (50, 105), (-2, -2), 9), (90, 105), (2, -2), 9)
    later = moved(smile, degrees, growth, shift)
    wanted = head_motion.rigid_motion(FACE, later, INSIDE)
    found = in_graph(FACE, later, INSIDE, dtype)
    np.testing.assert_allclose(found, wanted, atol=tolerance)


def test_nothing_to_see_does_not_move():
    flat = np.full((35, 35), 90, np.uint8)
    for inside in (np.ones(flat.shape, bool), np.zeros(flat.shape, bool)):
        wanted = head_motion.rigid_motion(flat, flat, inside)
        found = in_graph(flat, flat, inside, tf.float64)
        np.testing.assert_allclose(found, wanted, atol=1e-9)
        np.testing.assert_allclose(found, [[1, 0, 0], [0, 1, 0]], atol=1e-6)


@pytest.mark.parametrize("repeat", [True, False])
def test_a_window_is_a_matrix(repeat):
    row = np.random.default_rng(5).normal(size=(1, 11))
    window = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
    border = cv2.BORDER_REPLICATE if repeat else cv2.BORDER_CONSTANT
    wanted = cv2.sepFilter2D(row, -1, window, np.ones(1), borderType=border)
    found = windowed(window, 11, repeat=repeat) @ row[0]
    np.testing.assert_allclose(found, wanted[0])
