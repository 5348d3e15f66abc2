import cv2
import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.config import MotionConfig
from input_pipeline.au_evidence import au_evidence
from input_pipeline.augment import MIRROR_ORDER, mirror, mirror_map
from input_pipeline.clip_features import ClipExtractor
from tests.support.faces import bulge, portrait
from tests.support.tables import make_table


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_twice_mirrored_is_as_it_was(channels):
    patches = make_table(channels=channels).patches
    once = mirror(tf.constant(patches))
    assert not np.array_equal(once, patches)
    np.testing.assert_array_equal(mirror(once), patches)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_map_is_turned_round_and_motion_to_the_right_negated(channels):
    random = np.random.default_rng(1)
    maps = random.normal(size=(2, 5, 7, channels)).astype(np.float32)
    result = mirror_map(tf.constant(maps)).numpy()
    signs = [-1, 1, 1] if channels == 3 else [1]
    for channel, sign in enumerate(signs):
        expected = sign * maps[:, :, ::-1, channel]
        np.testing.assert_array_equal(result[..., channel], expected)


def test_regions_keep_their_rows():
    assert sorted(MIRROR_ORDER[:10]) == list(range(10))
    assert sorted(MIRROR_ORDER[10:]) == list(range(10, 30))


def test_it_is_what_a_mirrored_video_gives():
    onset = portrait()[40:220, 130:320]
    onset = np.ascontiguousarray(cv2.resize(onset, None, fx=3, fy=3))
    extractor = ClipExtractor(MotionConfig(method="dis", standardize=False))
    corner = extractor.extract(onset, onset).landmarks[54]
    apex = bulge(onset, corner, (3, -1), radius=30)
    flipped = [np.ascontiguousarray(frame[:, ::-1]) for frame in (onset, apex)]
    expected = extractor.extract(*flipped).patches
    patches = extractor.extract(onset, apex).patches
    result = mirror(tf.constant(patches[None])).numpy()[0]
    wrong = mirror(tf.constant(expected[None])).numpy()[0]
    flow, true = result[..., :2].ravel(), expected[..., :2].ravel()
    assert np.corrcoef(flow, true)[0, 1] > 0.9
    assert np.corrcoef(wrong[..., :2].ravel(), true)[0, 1] < 0.5


def test_evidence_does_not_depend_on_the_side():
    patches = tf.constant(make_table().patches)
    np.testing.assert_allclose(
        au_evidence(mirror(patches)), au_evidence(patches), atol=1e-5
    )
