import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from input_pipeline.landmarks.detector import (
    FaceDetector,
    anchor_centres,
    merge,
    search_order,
)


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


def candidates(*boxes):
    """Candidates whose keypoints are all at the box's left top corner."""
    corners = np.array(boxes, np.float32).reshape(-1, 2, 2)
    return np.concatenate([corners, corners[:, :1].repeat(6, axis=1)], axis=1)


def test_anchors_are_cell_centres_layer_by_layer():
    centres = anchor_centres()
    assert centres.shape == (896, 2)
    np.testing.assert_array_equal(centres[:3], [[4, 4], [4, 4], [12, 4]])
    np.testing.assert_array_equal(centres[511], [124, 124])
    np.testing.assert_array_equal(centres[512:519], [[8, 8]] * 6 + [[24, 8]])
    np.testing.assert_array_equal(centres[-1], [120, 120])


def test_overlapping_candidates_become_their_weighted_mean():
    # IoU of the first two is 9 / 11; the third is apart.
    points = candidates((0, 0, 10, 10), (1, 0, 11, 10), (50, 50, 57, 57))
    first, second = merge(points, np.array([0.6, 0.9, 0.7], np.float32))
    np.testing.assert_allclose(first.box, [[0.6, 0], [10.6, 10]], atol=1e-6)
    np.testing.assert_allclose(first.keypoints, [[0.6, 0]] * 6, atol=1e-6)
    assert first.score == pytest.approx(0.9)
    assert first.size == pytest.approx(10)
    np.testing.assert_allclose(second.box, [[50, 50], [57, 57]], rtol=1e-6)


def test_a_part_of_a_face_is_not_a_second_face():
    # IoU 0.09, centred inside.
    points = candidates((0, 0, 10, 10), (1, 1, 4, 4))
    (only,) = merge(points, np.array([0.9, 0.8], np.float32))
    np.testing.assert_array_equal(only.box, [[0, 0], [10, 10]])


def test_a_box_without_area_is_one_detection():
    (only,) = merge(candidates((3, 3, 3, 3)), np.array([0.9], np.float32))
    assert only.size == 0


def test_no_candidates_are_no_detections():
    assert merge(np.zeros((0, 8, 2), np.float32), np.zeros(0, np.float32)) == []


@pytest.mark.parametrize(("height", "width"), [(480, 641), (641, 480), (7, 7), (1, 97)])
def test_windows_cover_the_image(height, width):
    whole, wider, squares = search_order(height, width)
    assert whole == [(0, 0, max(height, width))]
    assert wider == [(0, 0, max(height, width) * 3 // 2)]
    assert len(set(squares)) == len(squares)
    # Any face of a fifth of the longer side lies whole in one square.
    face = max(height, width) // 5
    for x in range(0, max(width - face, 1), 3):
        for y in range(0, max(height - face, 1), 3):
            assert any(
                left <= x and x + face <= left + side and top <= y <= top + side - face
                for left, top, side in squares
            )


def test_keypoints_lie_on_the_features(detector):
    (face,) = next(detector.search(astronaut()))
    left_eye, right_eye, nose, mouth, left_ear, right_ear = face.keypoints
    assert left_ear[0] < left_eye[0] < nose[0] < right_eye[0] < right_ear[0]
    assert left_eye[1] < nose[1] < mouth[1]
    assert (face.keypoints > face.box[0] - 5).all()
    assert (face.keypoints < face.box[1] + 5).all()


def test_a_small_face_is_found_in_a_window(detector):
    small = cv2.resize(astronaut()[:256, 96:352], None, fx=0.5, fy=0.5)
    image = np.full((480, 640, 3), 127, np.uint8)
    image[330 : 330 + 128, 500 : 500 + 128] = small
    whole, _, windows = detector.search(image)
    assert whole == []
    (face,) = windows
    assert 35 < face.size < 60
    np.testing.assert_allclose(face.box.mean(axis=0), (565, 397), atol=9)


def test_a_face_cropped_to_its_features_is_found_in_the_wider_frame(detector):
    image = astronaut()
    (face,) = next(detector.search(image))
    (left, top), (right, bottom) = face.box.astype(int) + np.array([[14], [-14]])
    whole, wider, _ = detector.search(image[top:bottom, left:right])
    assert whole == []
    assert len(wider) == 1
