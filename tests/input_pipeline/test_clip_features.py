import cv2
import numpy as np
import pytest

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.align import STABLE_LANDMARKS, transform_points
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
    assert centre == pytest.approx(clip.maps[y, x, 0], abs=0.1)


def test_head_motion_is_reported_and_taken_out(extractor):
    onset = portrait()
    clip = extractor.extract(onset, moved(onset, 1.5, 0))
    scale = np.linalg.norm(clip.transform[:, 0])
    assert clip.head_motion == pytest.approx(1.5 * scale, abs=0.02)
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
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.98


@pytest.mark.parametrize(("degrees", "growth"), [(0.5, 1.0), (-2.0, 1.0), (0.0, 1.015)])
def test_a_head_that_tilts_or_comes_nearer_is_not_taken_for_motion(
    extractor, degrees, growth
):
    onset = portrait()
    plain = extractor.extract(onset, onset)
    smile = bulge(onset, plain.landmarks[54], (1.5, 0), radius=12)
    middle = plain.landmarks[list(STABLE_LANDMARKS)].mean(axis=0).tolist()
    move = cv2.getRotationMatrix2D(middle, degrees, growth)
    border = cv2.BORDER_REPLICATE
    apex = cv2.warpAffine(
        smile, move, (512, 512), flags=cv2.INTER_CUBIC, borderMode=border
    )
    still, moving = (extractor.extract(onset, frame) for frame in (smile, apex))
    one, other = (clip.patches[..., :2].mean(axis=(1, 2)) for clip in (still, moving))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.98
    stable = plain.landmarks[list(STABLE_LANDMARKS)]
    shifts = transform_points(stable, move) - stable
    expected = np.sqrt((shifts**2).sum(axis=1).mean())
    expected *= np.linalg.norm(plain.transform[:, 0])
    assert moving.head_motion == pytest.approx(expected, abs=0.05)
    assert still.head_motion < 0.05


def test_frames_of_different_size_and_without_a_face_are_refused(extractor):
    with pytest.raises(InputError, match="512x512 and 512x500"):
        extractor.extract(portrait(), portrait()[:500])
    with pytest.raises(NoFaceError):
        extractor.extract(portrait(), np.zeros_like(portrait()))


def cut(image, bottom):
    """The upper rows alone: the mouth is at 140 to 155."""
    return np.ascontiguousarray(image[:bottom])


def test_a_face_near_the_border_is_measured_and_noted(extractor):
    onset = portrait()
    mouth = extractor.extract(onset, onset).landmarks[54]
    apex = bulge(onset, mouth, (1.5, 0), radius=12)
    whole = extractor.extract(onset, apex)
    near = extractor.extract(cut(onset, 165), cut(apex, 165))
    assert ["cut by the image border" in note for note in near.notes] == [True]
    one, other = (clip.patches[..., 0].mean(axis=(1, 2)) for clip in (whole, near))
    assert np.corrcoef(one, other)[0, 1] > 0.9


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_face_without_its_mouth_is_refused(extractor, beyond):
    frames = [portrait(), portrait()]
    # Covered where it is beyond the border, so that both frames have one size.
    frames[beyond] = np.zeros_like(portrait())
    frames[beyond][-130:] = portrait()[:130]
    with pytest.raises(InputError, match=r"Brows and mouth .* 20 of 30 such landmarks"):
        extractor.extract(*frames)


def test_a_precomputed_map_of_a_cut_face_is_refused():
    extractor = ClipExtractor(MotionConfig(method="precomputed"))
    apex = cut(portrait(), 130)
    with pytest.raises(InputError, match="20 of 30 such landmarks"):
        extractor.extract_precomputed(apex, apex)


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
