import numpy as np
import pytest

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.align import transform_points
from input_pipeline.clip_features import ClipExtractor
from input_pipeline.landmarks.face_mesh import NoFaceError
from input_pipeline.spotting import spot_apex
from tests.support.faces import bulge, moved, portrait

PLAIN = MotionConfig(standardize=False)


@pytest.fixture(scope="module")
def extractor():
    return ClipExtractor(PLAIN)


def test_patches_lie_on_the_landmarks(extractor):
    onset = portrait()
    mouth = extractor.extract(onset, onset).landmarks[54]
    clip = extractor.extract(onset, bulge(onset, mouth, (1.5, 0), radius=12))
    energy = clip.patches[..., 0].mean(axis=(1, 2))
    assert PATCH_LANDMARKS[int(energy.argmax())] in (54, 64)
    on_map = transform_points(clip.landmarks, clip.transform)
    x, y = on_map[54].round().astype(int)
    row = PATCH_LANDMARKS.index(54)
    centre = clip.patches[row, 3, 3, 0]
    assert centre == pytest.approx(clip.motion_map[y, x, 0], abs=0.1)


def test_head_motion_is_reported_and_taken_out(extractor):
    onset = portrait()
    clip = extractor.extract(onset, moved(onset, 1.5, 0))
    scale = np.linalg.norm(clip.transform[:, 0])
    assert clip.head_motion == pytest.approx(1.5 * scale, abs=0.3)
    assert np.abs(np.median(clip.patches[..., 0])) < 0.15 * clip.head_motion
    assert clip.notes == ()


def test_a_large_head_motion_is_taken_out_and_said(extractor):
    onset = portrait()
    mouth = extractor.extract(onset, onset).landmarks[54]
    smile = bulge(onset, mouth, (1.5, 0), radius=12)
    still = extractor.extract(onset, smile)
    moving = extractor.extract(onset, moved(smile, 25, 12))
    assert not still.notes
    assert "the head moved by" in moving.notes[0]
    assert moving.apex_landmarks[54] == pytest.approx(np.add(mouth, (25, 12)), abs=2)
    one, other = (clip.patches[..., :2].mean(axis=(1, 2)) for clip in (still, moving))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.8


def test_frames_of_different_size_and_without_a_face_are_refused(extractor):
    with pytest.raises(InputError, match="512x512 and 512x500"):
        extractor.extract(portrait(), portrait()[:500])
    with pytest.raises(NoFaceError):
        extractor.extract(portrait(), np.zeros_like(portrait()))


def test_the_frame_of_largest_motion_is_spotted():
    onset = portrait()
    sizes = [0.0, 0.4, 0.9, 1.6, 2.2, 1.5, 0.7]
    frames = [bulge(onset, (200, 170), (0, size)) for size in sizes]
    spotted = spot_apex(frames, PLAIN)
    assert spotted.apex == 4
    assert len(spotted.curve) == len(sizes)


def test_a_frame_without_a_face_is_not_spotted():
    onset = portrait()
    blank = np.full_like(onset, 90)
    frames = [onset, bulge(onset, (200, 170), (0, 1)), blank, onset]
    spotted = spot_apex(frames, PLAIN)
    assert spotted.apex == 1
    assert np.isnan(spotted.curve).tolist() == [False, False, True, False]
    with pytest.raises(InputError, match="No frame after the first"):
        spot_apex([onset, blank], PLAIN)


def test_a_clip_needs_two_frames():
    with pytest.raises(InputError, match="none"):
        spot_apex([], PLAIN)
    with pytest.raises(InputError, match="Received: 1"):
        spot_apex([portrait()], PLAIN)
