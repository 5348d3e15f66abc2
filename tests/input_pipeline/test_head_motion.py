import cv2
import numpy as np
import pytest

from input_pipeline.align import transform_points
from input_pipeline.head_motion import rigid_motion
from tests.support.faces import bulge, portrait

FACE = cv2.cvtColor(portrait()[20:220, 130:330], cv2.COLOR_RGB2GRAY)
INSIDE = np.zeros(FACE.shape, bool)
INSIDE[53:163, 43:157] = True
CORNERS = np.array([[43, 53], [157, 53], [43, 163], [157, 163]])


def moved(image, degrees, growth, shift):
    matrix = cv2.getRotationMatrix2D((90, 110), degrees, growth)
    matrix[:, 2] += shift
    border = cv2.BORDER_REPLICATE
    size = image.shape[::-1]
    flags = cv2.INTER_CUBIC
    return matrix, cv2.warpAffine(image, matrix, size, flags=flags, borderMode=border)


@pytest.mark.parametrize(
    ("degrees", "growth", "shift"),
    [(0, 1, (0, 0)), (1.3, 1.02, (2.1, -1.7)), (-3, 0.97, (0, 4))],
)
def test_a_similarity_is_found_to_a_tenth_of_a_pixel(degrees, growth, shift):
    matrix, later = moved(FACE, degrees, growth, shift)
    found = rigid_motion(FACE, later, INSIDE)
    expected = transform_points(CORNERS, matrix)
    np.testing.assert_allclose(transform_points(CORNERS, found), expected, atol=0.1)


def test_an_expression_is_no_motion_of_the_head():
    smile = bulge(bulge(FACE, (65, 145), (-3, -3), 12), (110, 145), (3, -3), 12)
    matrix, later = moved(smile, 0.8, 1, (1, 0))
    found = rigid_motion(FACE, later, INSIDE)
    expected = transform_points(CORNERS, matrix)
    np.testing.assert_allclose(transform_points(CORNERS, found), expected, atol=0.2)


def test_a_change_of_light_is_no_motion():
    y, x = np.indices(FACE.shape)
    lit = FACE * (1.04 + 0.0004 * x) - 0.05 * y
    later = np.clip(lit, 0, 255).astype(np.uint8)
    found = rigid_motion(FACE, later, INSIDE)
    np.testing.assert_allclose(transform_points(CORNERS, found), CORNERS, atol=0.1)


def test_images_without_texture_do_not_move():
    flat = np.full_like(FACE, 90)
    found = rigid_motion(flat, flat, INSIDE)
    np.testing.assert_allclose(found, [[1, 0, 0], [0, 1, 0]], atol=1e-6)
