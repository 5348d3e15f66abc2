import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.macro.expressions import EXPRESSIONS
from input_pipeline.synthetic.action_units import PULLS, parse
from input_pipeline.synthetic.macro.faces import FaceSettings, render_faces, subjects_of
from input_pipeline.synthetic.macro.prototypes import PROTOTYPES
from tests.support import photo_folders


def test_every_expression_has_prototypes_of_known_units():
    assert set(PROTOTYPES) == set(EXPRESSIONS)
    for texts in PROTOTYPES.values():
        for text in texts:
            assert {unit.number for unit in parse(text)} <= set(PULLS)
    assert len({text for texts in PROTOTYPES.values() for text in texts}) == sum(
        len(texts) for texts in PROTOTYPES.values()
    )


def test_classes_take_turns_for_every_subject():
    faces = photo_folders.faces()
    assert len(faces) == photo_folders.SUBJECTS * 8
    for subject, of in enumerate(subjects_of(faces), start=1):
        assert [face.expression for face in of] == list(EXPRESSIONS)
        assert {face.subject for face in of} == {subject}


def test_an_identity_is_the_same_whatever_their_number():
    few = render_faces(2, photo_folders.SEED, photo_folders.SETTINGS)
    for face, other in zip(few, photo_folders.faces(), strict=False):
        # Noise of a sequence is drawn frame by frame.
        difference = face.image.astype(int) - other.image
        assert np.abs(difference).mean() < 3
        assert (face.subject, face.expression) == (other.subject, other.expression)


def test_the_motion_is_macro_and_grows():
    mesh = FaceMesh()
    for face in photo_folders.faces()[:8]:
        rest, middle, apex = (mesh.find(face.frames[n]).landmarks for n in (0, 2, 4))
        width = np.ptp(rest[:17, 0])
        moved = np.linalg.norm(apex - rest, axis=1).max() / width
        if face.expression == "neutral":
            assert moved < 0.03
        else:
            assert moved > 0.02
            halfway = np.linalg.norm(middle - rest, axis=1).max() / width
            assert halfway < moved


@pytest.mark.parametrize(
    "said",
    [{"expressions": 1}, {"expressions": 9}, {"faces": 0}, {"peak": (0.0, 0.1)}],
)
def test_settings_outside_their_range_are_refused(said):
    with pytest.raises(InputError, match=next(iter(said))):
        FaceSettings(**said)


@pytest.mark.parametrize(("subjects", "seed"), [(0, 0), (1, -1)])
def test_too_few_subjects_are_refused(subjects, seed):
    with pytest.raises(InputError, match=f"subjects={subjects}"):
        render_faces(subjects, seed, FaceSettings())
