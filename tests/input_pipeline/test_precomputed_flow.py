import dataclasses

import numpy as np

from fgrmer_tf.config import MotionConfig
from input_pipeline.aligned_face import align_face
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.precomputed_flow import precomputed_map
from tests.support.faces import portrait

PLAIN = MotionConfig(standardize=False)


def test_a_turned_video_gives_the_same_map():
    """A quarter turn clockwise takes (x, y) to (side - 1 - y, x), and (u, v) along."""
    face = FaceMesh().find(portrait())
    image = np.full((512, 512, 3), 128, np.uint8)
    image[75:100, 185:212, 0] = 220
    image[130:150, 200:250, 1] = 60
    turned = np.rot90(image, -1)
    turned = np.dstack([255 - turned[..., 1], turned[..., 0], turned[..., 2]])
    x, y = face.landmarks.T
    other = dataclasses.replace(face, landmarks=np.stack([511 - y, x], axis=1))
    maps = [
        precomputed_map(picture, align_face(one, picture, PLAIN.map_size), PLAIN)
        for picture, one in ((image, face), (turned, other))
    ]
    assert np.ptp(maps[0][..., 0]) > 50
    np.testing.assert_allclose(maps[0], maps[1], atol=1.0)


def test_the_median_over_the_face_is_zero():
    aligned = align_face(FaceMesh().find(portrait()), portrait(), PLAIN.map_size)
    random = np.random.default_rng(1).integers(0, 255, (512, 512, 3)).astype(np.uint8)
    maps = precomputed_map(random, aligned, PLAIN)
    medians = np.median(maps[aligned.inside][:, :2], axis=0)
    np.testing.assert_allclose(medians, 0, atol=1e-4)
