import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.synthetic.settings import MotionSettings


def test_one_clip_a_subject_is_refused():
    with pytest.raises(InputError, match=r"two classes.*\(1, 5\)"):
        MotionSettings(clips=(1, 5))


@pytest.mark.parametrize("peak", [(0.0, 1.0), (2.0, 1.0), (1.0, 3.5)])
def test_motion_that_is_none_or_folds_is_refused(peak):
    with pytest.raises(InputError, match="fold"):
        MotionSettings(peak_px=peak)
