import numpy as np

from input_pipeline.align import CANONICAL, STABLE_LANDMARKS, face_transform
from input_pipeline.align import transform_points as transformed
from input_pipeline.canonical_face import FACE_AT_REST
from input_pipeline.landmarks.face_mesh import FaceMesh
from tests.support.faces import portrait


def test_it_is_the_aligned_portrait():
    found = FaceMesh().find(portrait()).landmarks
    aligned = transformed(found, face_transform(found, 1))
    np.testing.assert_allclose(FACE_AT_REST, aligned, atol=0.015)


def test_it_is_symmetric_and_aligned():
    stable = FACE_AT_REST[list(STABLE_LANDMARKS)]
    np.testing.assert_allclose(stable, CANONICAL, atol=0.01)
    brows, mouth = FACE_AT_REST[17:27], FACE_AT_REST[48:55]
    for line in (brows, mouth):
        np.testing.assert_allclose(line[:, 0] + line[::-1, 0], 1, atol=0.0011)
        np.testing.assert_allclose(line[:, 1], line[::-1, 1], atol=0.0011)
