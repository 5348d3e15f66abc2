import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from skimage.data import astronaut

from fgrmer_tf.errors import InputError
from input_pipeline.images import decode_image
from input_pipeline.landmarks.face_mesh import FaceMesh, NoFaceError
from input_pipeline.landmarks.scheme68 import MESH_INDEX

GOLDEN = Path(__file__).parents[2] / "golden" / "facemesh_reference.npz"
# Each landmark's partner on the other side of the face.
PARTNER = np.array(
    [
        *(*range(16, -1, -1), *range(26, 16, -1)),
        *(*range(27, 31), *range(35, 30, -1)),
        *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
        *(*range(54, 47, -1), *range(59, 54, -1)),
        *(*range(64, 59, -1), 67, 66, 65),
    ]
)


@pytest.fixture(scope="module")
def face_mesh():
    return FaceMesh()


@pytest.fixture(scope="module")
def landmarks(face_mesh):
    return face_mesh.find(astronaut()).landmarks


@pytest.mark.parity
@pytest.mark.parametrize("case", ["plain", "large", "tilt", "tiltneg"])
def test_the_mesh_agrees_with_mediapipe(face_mesh, case):
    # Tolerance: resampling in another OpenCV moves the mesh by hundredths of a pixel.
    golden = np.load(GOLDEN)
    face = face_mesh.find(decode_image(golden[f"{case}_png"].tobytes(), case))
    apart = face.mesh - golden[f"{case}_mesh"]
    distance = np.linalg.norm(apart[:, :2], axis=1)
    assert distance.mean() < 0.1
    assert distance.max() < 0.5
    assert np.abs(apart[:, 2]).max() < 0.5


def test_a_face_carries_what_it_says(face_mesh):
    face = face_mesh.find(astronaut())
    assert face.mesh.shape == (468, 3)
    assert face.landmarks.shape == (68, 2)
    assert face.mesh.dtype == face.landmarks.dtype == np.float32
    assert 0.5 <= face.score <= 1
    assert 0.5 <= face.presence <= 1
    assert face.faces_found == 1
    assert face.notes == ()


def test_the_mapping_is_symmetric(face_mesh):
    # Which mesh point is whose mirror image follows from a photograph and its mirror
    # image, as the one-to-one assignment of least total distance.
    image = astronaut()
    mesh = face_mesh.find(image).mesh
    mirrored = face_mesh.find(image[:, ::-1]).mesh
    mirrored[:, 0] = image.shape[1] - 1 - mirrored[:, 0]
    distance = np.linalg.norm(mesh[:, None] - mirrored[None], axis=2)
    partner = linear_sum_assignment(distance)[1]
    np.testing.assert_array_equal(partner[partner], np.arange(468))
    np.testing.assert_array_equal(partner[MESH_INDEX], MESH_INDEX[PARTNER])


def test_the_scheme_runs_as_dlib_numbers_it(landmarks):
    x, y = landmarks.T
    assert (np.diff(x[4:13]) > 0).all(), "jaw, left to right"
    assert y[8] == y.max(), "chin"
    assert (np.diff(x[17:27]) > 0).all(), "brows, left to right"
    assert (np.diff(y[27:31]) > 0).all(), "bridge, downwards"
    assert (np.diff(x[31:36]) > 0).all(), "under the nose, left to right"
    assert (np.diff(x[48:55]) > 0).all(), "upper lip, left to right"
    assert (np.diff(x[54:60]) < 0).all(), "lower lip, right to left"
    assert (np.diff(x[60:65]) > 0).all(), "opening, left to right"
    assert (np.diff(x[64:68]) < 0).all(), "opening, right to left"
    for eye in (slice(36, 42), slice(42, 48)):
        outline = landmarks[eye]
        assert cv2.contourArea(outline, oriented=True) > 0, "clockwise"
        assert outline[:, 0].argmin() == 0
        assert outline[:, 0].argmax() == 3


def test_lip_points_are_spread_as_in_the_scheme(landmarks):
    x = landmarks[:, 0]
    # Corner 0, middle 1; dlib's mean shape has 0.37 and 0.74.
    for corner, point, peak, middle in ((48, 49, 50, 51), (54, 53, 52, 51)):
        reach = x[middle] - x[corner]
        assert 0.3 < (x[point] - x[corner]) / reach < 0.5
        assert 0.65 < (x[peak] - x[corner]) / reach < 0.85


def test_the_largest_of_two_faces_is_measured(face_mesh, landmarks):
    image = astronaut()[:300]
    small = cv2.resize(image, None, fx=0.8, fy=0.8)
    scene = np.zeros((300, 512 + small.shape[1], 3), np.uint8)
    scene[: small.shape[0], : small.shape[1]] = small
    scene[:, small.shape[1] :] = image
    face = face_mesh.find(scene)
    assert face.faces_found == 2
    assert face.notes == ("2 faces were found; the largest was measured.",)
    expected = landmarks + np.array([small.shape[1], 0])
    assert np.linalg.norm(face.landmarks - expected, axis=1).mean() < 2


@pytest.mark.parametrize("side", ["left", "right", "bottom"])
def test_a_face_cut_by_the_border_is_measured_with_a_note(face_mesh, landmarks, side):
    low, high = landmarks.min(axis=0).astype(int), landmarks.max(axis=0).astype(int)
    left = low[0] + 7 if side == "left" else 0
    right = high[0] - 7 if side == "right" else 512
    bottom = high[1] - 7 if side == "bottom" else 512
    face = face_mesh.find(astronaut()[:bottom, left:right])
    (note,) = face.notes
    assert "cut by the image border" in note
    middle = slice(27, 48)
    apart = face.landmarks[middle] + np.array([left, 0]) - landmarks[middle]
    assert np.linalg.norm(apart, axis=1).mean() < 3


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (1, 997), (13, 17), (480, 640)])
def test_an_image_without_a_face_is_refused(face_mesh, shape):
    with pytest.raises(NoFaceError, match=rf"{shape[1]}x{shape[0]} px.*Use a frame"):
        face_mesh.find(np.zeros((*shape, 3), np.uint8))


def test_a_face_that_the_mesh_does_not_confirm_is_refused(face_mesh):
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    assert any(face_mesh._detector.search(noise)), "the detector must see something"
    with pytest.raises(NoFaceError, match=r"probability 0\.\d\d \(0\.5 is needed\)"):
        face_mesh.find(noise)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((5, 7, 3), np.float32),
        np.zeros((5, 7), np.uint8),
        np.zeros((5, 7, 4), np.uint8),
        np.zeros((0, 7, 3), np.uint8),
    ],
)
def test_another_shape_or_type_is_refused(face_mesh, image):
    with pytest.raises(InputError, match="`image` must"):
        face_mesh.find(image)


def test_a_strided_view_is_measured_as_its_copy(face_mesh):
    view = astronaut()[..., ::-1][..., ::-1]
    np.testing.assert_array_equal(
        face_mesh.find(view).mesh, face_mesh.find(view.copy()).mesh
    )


def test_a_pickled_face_mesh_measures_the_same(face_mesh):
    revived = pickle.loads(pickle.dumps(face_mesh))
    image = astronaut()
    np.testing.assert_array_equal(revived.find(image).mesh, face_mesh.find(image).mesh)


def test_missing_models_are_reported_at_construction(monkeypatch, tmp_path):
    monkeypatch.setenv("FGRMER_CACHE", str(tmp_path))
    with pytest.raises(InputError, match="fgrmer fetch-models"):
        FaceMesh()
