import numpy as np
import pytest
import tensorflow as tf
from skimage.data import astronaut

from export import image_squares
from input_pipeline.align import STABLE_LANDMARKS, face_transform, warp_face
from input_pipeline.macro.squares import square

SIZE = 31


@pytest.fixture(scope="module")
def picture():
    return np.ascontiguousarray(astronaut()[:211, 100:337])


class FoundFace:
    """A face mesh that knows where the face is."""

    def __init__(self, landmarks):
        self.landmarks = landmarks

    def find(self, image):
        return self


def face_at(middle, width, turn):
    """Landmarks whose stable points lie on a face so wide, turned by `turn` [rad]."""
    landmarks = np.zeros((68, 2))
    corners = np.array([[-0.5, 0], [-0.2, 0], [0.2, 0], [0.5, 0.03], [0.01, 0.5]])
    cos, sin = np.cos(turn), np.sin(turn)
    turned = corners @ np.array([[cos, sin], [-sin, cos]])
    landmarks[list(STABLE_LANDMARKS)] = middle + width * turned
    return landmarks


@pytest.mark.parametrize(
    ("height", "width"), [(31, 31), (97, 211), (211, 53), (62, 93), (17, 23), (1, 1)]
)
def test_the_middle_is_that_of_training(picture, height, width):
    image = picture[:height, :width]
    expected, _ = square(image, SIZE, None)
    given = np.asarray(image_squares.middle(tf.constant(image), SIZE))
    # Larger ones: OpenCV rounds weights, the graph rounds places.
    largest = 1 if min(image.shape[:2]) > SIZE else 4
    assert np.abs(given - expected).max() <= largest
    assert np.abs(given - expected).mean() < 0.3


def test_an_image_of_the_right_size_stays_as_it_is(picture):
    image = picture[:SIZE, :SIZE]
    np.testing.assert_array_equal(image_squares.middle(image, SIZE), image)


@pytest.mark.parametrize("width", [11.0, 29.0, 53.0, 97.0])
def test_the_face_is_that_of_training(picture, width):
    landmarks = face_at((113.3, 91.7), width, 0.3)
    expected, found = square(picture, SIZE, FoundFace(landmarks))
    assert found
    points = landmarks[list(STABLE_LANDMARKS)].astype(np.float32)
    given = np.asarray(image_squares.face(picture, points, "Image", SIZE))
    assert np.abs(given - expected).max() <= 1


def test_a_face_larger_than_the_finest_is_sampled(picture):
    large = np.repeat(np.repeat(picture[:61, :61], 17, axis=0), 17, axis=1)
    landmarks = face_at((500.0, 400.0), 0.46 * SIZE * 13, 0.0)
    points = landmarks[list(STABLE_LANDMARKS)].astype(np.float32)
    given = np.asarray(image_squares.face(large, points, "Image", SIZE))
    fine = image_squares.FINEST * SIZE
    warped = warp_face(large, face_transform(landmarks, fine), fine)
    blocks = warped.reshape(SIZE, image_squares.FINEST, SIZE, image_squares.FINEST, 3)
    assert np.abs(given - blocks.mean(axis=(1, 3))).max() <= 1


@pytest.mark.parametrize("wrong", [np.nan, np.inf, "same"])
def test_points_that_give_no_face_are_refused(picture, wrong):
    points = face_at((90, 90), 53, 0.1)[list(STABLE_LANDMARKS)].astype(np.float32)
    points[:] = (
        7 if wrong == "same" else np.where(points == points[1, 1], wrong, points)
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="Image 3"):
        image_squares.face(picture, points, "Image 3", SIZE)
