import itertools

import numpy as np

from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.synthetic.fields import face_width
from input_pipeline.synthetic.portrait import FINENESS, MARGIN


def frame_of(portrait):
    """The portrait at the size of a frame."""
    inner = portrait.image[FINENESS * MARGIN : -FINENESS * MARGIN]
    inner = inner[:, FINENESS * MARGIN : -FINENESS * MARGIN]
    return np.ascontiguousarray(inner[::FINENESS, ::FINENESS])


def test_portraits_are_frames_with_a_margin(actors):
    for actor in actors:
        assert actor.portrait.image.dtype == np.uint8
        assert actor.portrait.image.shape == (2 * 576, 2 * 736, 3)
        assert 250 < face_width(actor.portrait.mesh) < 310


def test_subjects_differ_in_colour_and_in_shape(actors):
    for one, other in itertools.combinations((a.portrait for a in actors), 2):
        colour = np.abs(frame_of(one).astype(float) - frame_of(other)).mean()
        assert colour > 10
        assert np.linalg.norm(one.mesh - other.mesh, axis=1).max() > 5


def test_the_face_is_where_the_mesh_says(actors):
    find = FaceMesh().find
    for actor in actors:
        found = find(frame_of(actor.portrait)).mesh[:, :2]
        distance = np.linalg.norm(found - actor.portrait.mesh, axis=1)
        # A made face is not one that the network knows; 2 % of its width is close.
        assert distance.mean() < 0.02 * face_width(actor.portrait.mesh)
