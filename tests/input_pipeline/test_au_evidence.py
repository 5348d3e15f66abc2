import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.spec import AU_NODES, NUM_PATCHES, PATCH_LANDMARKS, PATCH_SIZE
from input_pipeline.au_evidence import au_evidence


def evidence_of(moves, channels=3):
    """Evidence by AU number when the landmarks in `moves` move by (u, v)."""
    patches = np.zeros((1, NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, channels), np.float32)
    for landmark, move in moves.items():
        patches[0, PATCH_LANDMARKS.index(landmark), ..., : len(move)] = move
    values = au_evidence(tf.constant(patches)).numpy()[0]
    return dict(zip(AU_NODES, values, strict=True))


def test_raised_lip_corners_speak_for_12_and_against_15():
    values = evidence_of({48: (-1, -1), 60: (-1, -1), 54: (1, -1), 64: (1, -1)})
    assert max(values, key=values.get) == 12
    assert min(values, key=values.get) == 15


def test_raised_and_lowered_brows_are_told_apart():
    up = evidence_of(dict.fromkeys((20, 21, 22, 23), (0, -1)))
    down = evidence_of(dict.fromkeys((20, 21, 22, 23), (0, 1)))
    assert up[1] > 1 > up[4]
    assert down[4] > 1 > down[1]
    assert up[12] == down[12] == 1


def test_scale_of_the_motion_does_not_matter():
    moves = dict.fromkeys((56, 57, 58), (0, 1))
    larger = {point: (0, 50) for point in moves}
    assert evidence_of(moves) == pytest.approx(evidence_of(larger), abs=1e-5)


def test_one_channel_has_regions_but_no_direction():
    values = evidence_of(dict.fromkeys((17, 18, 25, 26), (1,)), channels=1)
    assert max(values, key=values.get) == 2


def test_levels_of_undirected_channels_do_not_matter():
    random = np.random.default_rng(3)
    shape = (1, NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, 5)
    patches = random.normal(size=shape).astype(np.float32)
    levels = np.array([0, 11, -7, 3, 0], np.float32)
    plain = au_evidence(tf.constant(patches)).numpy()
    assert np.ptp(plain) > 0.01
    np.testing.assert_allclose(
        au_evidence(tf.constant(patches + levels)), plain, atol=1e-4
    )


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_no_motion_says_nothing_and_clips_are_independent(channels):
    still = np.zeros((1, NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, channels), np.float32)
    np.testing.assert_array_equal(au_evidence(tf.constant(still)), 1)
    random = np.random.default_rng(2).normal(size=(5, *still.shape[1:]))
    random = random.astype(np.float32)
    together = au_evidence(tf.constant(random)).numpy()
    alone = np.concatenate([au_evidence(tf.constant(r[None])) for r in random])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert ((together > 0) & (together < 2)).all()
