import numpy as np
import pytest

from export.clips import Clips, representative, varied
from fgrmer_tf.errors import InputError


def clips_of(label, channels=1):
    random = np.random.default_rng(3)
    patches = random.normal(size=(len(label), 30, 7, 7, channels)).astype(np.float32)
    return Clips(patches=patches, label=np.array(label), origin="a test")


def test_varied_clips_are_all_different():
    clips = clips_of([0] * 11).patches
    sample = varied(clips, 67)
    assert sample.shape == (67, 30, 7, 7, 1)
    assert sample.dtype == np.float32
    assert len(np.unique(sample.reshape(67, -1), axis=0)) == 67
    np.testing.assert_array_equal(sample[:11], clips)
    np.testing.assert_allclose(sample[22], clips[0] / 3, rtol=1e-6)


def test_classes_are_represented_alike():
    clips = clips_of([0] * 17 + [1] * 2 + [2] * 5)
    rows = [
        np.flatnonzero((clips.patches == clip).all(axis=(1, 2, 3, 4)))[0]
        for clip in representative(clips, 11)
    ]
    # Both of the rare class, the rest shared evenly, in the order of the store.
    assert rows == [0, 1, 2, 3, 4, 17, 18, 19, 20, 21, 22]


def test_without_labels_the_first_clips_stand_for_all():
    clips = clips_of([0] * 7)
    unknown = Clips(patches=clips.patches, label=None, origin="a test")
    np.testing.assert_array_equal(representative(unknown, 5), clips.patches[:5])


@pytest.mark.parametrize(
    ("patches", "message"),
    [
        (np.ones((2, 30, 7, 7, 3)), "float64"),
        (np.ones((0, 30, 7, 7, 3), np.float32), "at least one clip"),
        (np.ones((30, 7, 7, 3), np.float32), "shape"),
        (np.full((2, 30, 7, 7, 3), np.inf, np.float32), "in 2 of 2 clips"),
    ],
)
def test_wrong_patches_are_refused(patches, message):
    with pytest.raises(InputError, match=message):
        Clips(patches=patches, label=None, origin="a test")


def test_labels_must_be_as_many_as_clips():
    patches = clips_of([0] * 3).patches
    with pytest.raises(InputError, match=r"one label a clip, 3\. Received: \(2,\)"):
        Clips(patches=patches, label=np.zeros(2, np.int64), origin="a test")


def test_clips_must_go_with_the_model():
    clips_of([0, 2]).require(1, 3)
    with pytest.raises(InputError, match=r"\(30, 7, 7, 3\).*\(30, 7, 7, 1\)"):
        clips_of([0]).require(3, 3)
    with pytest.raises(InputError, match=r"in \[0, 2\).*\[0, 2\]"):
        clips_of([0, 2]).require(1, 2)
