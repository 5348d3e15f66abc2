import cv2
import numpy as np
import pytest

from input_pipeline.align import CANONICAL, STABLE_LANDMARKS
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.macro.photos import Photo
from input_pipeline.macro.squares import open_photo, size_problem, square
from tests.support import photo_folders


def photo(path, **said):
    return Photo(dataset="d", name="n", split="", target=(1.0, 0.0), path=path, **said)


def ramp(height, width):
    rows = np.arange(height)[:, None, None] + np.zeros((height, width, 3), int)
    return (rows % 256).astype(np.uint8)


@pytest.mark.parametrize(
    ("width", "height", "rule"),
    [
        (1, 1, "picture too small"),
        (20_000, 10, "picture too small"),
        (15, 17, "picture too small"),
        (17, 69, "picture too long"),
        (69, 17, "picture too long"),
        (17, 68, None),
        (16, 16, None),
    ],
)
def test_sizes_that_are_refused(width, height, rule):
    found = size_problem(width, height)
    assert (found and found[0]) == rule


def test_the_middle_is_taken():
    image = np.zeros((31, 47, 3), np.uint8)
    image[:, 8:39] = 200
    cut, found = square(image, 31, None)
    assert found
    assert (cut == 200).all()


def test_a_large_picture_is_averaged_down():
    checks = np.indices((62, 62)).sum(axis=0) % 2 * 200
    image = np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)
    cut, _ = square(image, 31, None)
    assert (cut == 100).all()


def test_alignment_brings_the_landmarks_to_their_places():
    image = photo_folders.faces()[0].image
    turn = cv2.getRotationMatrix2D((96, 96), 17, 0.8)
    turned = cv2.warpAffine(image, turn, (192, 192), borderMode=cv2.BORDER_REPLICATE)
    cut, found = square(turned, 112, FaceMesh())
    assert found
    landmarks = FaceMesh().find(cv2.resize(cut, (224, 224))).landmarks / 224
    placed = landmarks[list(STABLE_LANDMARKS)]
    assert np.abs(placed - CANONICAL).max() < 0.03


def test_without_a_face_the_middle_stands_in():
    image = ramp(53, 59)
    cut, found = square(image, 37, FaceMesh())
    assert not found
    np.testing.assert_array_equal(cut, square(image, 37, None)[0])


def test_a_box_outside_the_picture_is_refused(tmp_path):
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), ramp(31, 37))
    with pytest.raises(UnusableError, match="no face box"):
        open_photo(photo(path, box=(40, 0, 20, 20)))
    # What is left of it counts.
    with pytest.raises(UnusableError, match="picture too small"):
        open_photo(photo(path, box=(30, 0, 20, 20)))
    assert open_photo(photo(path, box=(3, 5, 20, 30))).shape == (26, 20, 3)


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"no picture")
    with pytest.raises(UnusableError, match="unreadable image"):
        open_photo(photo(path))
