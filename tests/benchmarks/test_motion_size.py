import dataclasses

import numpy as np
import pytest

from benchmarks.grey_displacement import GreyMotion
from benchmarks.motion_clips import CONFIGS, Cell, file_of, measure, pairs
from benchmarks.motion_size import linear_uf1, verdict
from fgrmer_tf.config import MotionConfig
from input_pipeline.align import warp_face
from input_pipeline.aligned_face import align_face
from input_pipeline.feature_exchange import read_npz
from input_pipeline.landmarks.face_mesh import FaceMesh
from tests.support.faces import bulge, portrait

CELL = Cell(seed=7, peak=0.8, noise=1.0, subjects=2)


@pytest.mark.parametrize(
    ("peak", "ours", "expected"),
    [(0.4, 0.7, False), (0.4, 0.71, True), (0.8, 0.7, True), (0.8, 0.69, False)],
)
def test_small_motion_must_be_better_and_larger_no_worse(peak, ours, expected):
    means = {"dis": 0.6, "farneback": 0.7, "tvl1": 0.5, "grey": 0.9, "magnet": ours}
    assert verdict(peak, means) == expected


def test_grey_values_show_local_motion():
    aligned = align_face(FaceMesh().find(portrait()), portrait(), 128)
    mouth = aligned.face.landmarks[54]
    first, later = (
        warp_face(image, aligned.fine, 256)
        for image in (portrait(), bulge(portrait(), mouth, (0.3, -0.3), radius=12))
    )
    motion = GreyMotion(MotionConfig(standardize=False))
    maps = motion.compare(motion.start(first, aligned), later, aligned)
    x, y = motion.points(aligned)[54].round().astype(int)
    scale = np.linalg.norm(aligned.fine[:, 0])
    found = maps[y - 3 : y + 4, x - 3 : x + 4, :2].mean(axis=(0, 1))
    np.testing.assert_allclose(found, [0.3 * scale, -0.3 * scale], rtol=0.4)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    work = tmp_path_factory.mktemp("work")
    measure(work, CELL, ("dis", "magnet"))
    return work


def test_two_noises_show_the_same_motion():
    quiet = next(pairs(CELL))
    noisy = next(pairs(dataclasses.replace(CELL, noise=5.0)))
    assert (quiet.clip, quiet.label) == (noisy.clip, noisy.label)
    assert 2 < (noisy.onset.astype(float) - quiet.onset).std() < 6
    assert (quiet.onset != quiet.apex).any()


def test_features_are_kept_for_each_motion(kept):
    one, other = (read_npz(file_of(kept, CELL, name)) for name in ("dis", "magnet"))
    np.testing.assert_array_equal(one.label, other.label)
    np.testing.assert_array_equal(one.clip, other.clip)
    assert set(one.subject) == {"sub01", "sub02"}
    # Two measures of one motion agree, roughly.
    u, v = (table.patches[..., 0].ravel() for table in (one, other))
    assert np.corrcoef(u, v)[0, 1] > 0.4
    names = {file_of(kept, CELL, name).name for name in CONFIGS}
    assert len(names) == len(CONFIGS)


def test_subjects_are_recognised_by_the_others(kept):
    assert 0 < linear_uf1(file_of(kept, CELL, "magnet"), 0, kept) <= 1
