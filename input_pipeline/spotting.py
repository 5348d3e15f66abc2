"""Finding the apex of a clip in which it is not annotated."""

import dataclasses
from collections.abc import Iterable

import numpy as np
from scipy.ndimage import gaussian_filter1d

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from input_pipeline.clip_features import ClipExtractor
from input_pipeline.landmarks.face_mesh import NoFaceError

_SMOOTHING = 1.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spotted:
    """The apex of a clip whose first frame is the onset.

    Args:
        apex: Index of the apex frame, at least 1.
        curve: float64 `(frames,)`: mean motion of brows and mouth since the onset [px
            of the aligned face]; NaN where a frame shows no face.
    """

    apex: int
    curve: np.ndarray


def spot_apex(frames: Iterable[np.ndarray], config: MotionConfig) -> Spotted:
    """Takes the frame with the largest motion of brows and mouth since the first one.

    The curve is smoothed over about three frames before its maximum is taken.

    Source:
        Flow-magnitude peak, a common baseline; published methods are off by 14 to 15
        frames at 200 Hz (`docs/data.md`), so an annotated apex is always better.

    Args:
        frames: uint8 RGB images of one size; the first is the onset.
        config: Motion settings; here motion is always optical flow, and not
            standardised, since frames are compared with one another.

    Raises:
        InputError: If there are fewer than two frames, they differ in size, or none
            after the first shows a face.
        NoFaceError: If the first frame shows no face.
    """
    plain = dataclasses.replace(config, method="dis", standardize=False)
    stream = iter(frames)
    onset = next(stream, None)
    if onset is None:
        raise InputError("A clip needs at least two frames. Received: none.")
    aligned = ClipExtractor(plain).align(onset)
    curve = [0.0]
    for frame in stream:
        try:
            patches = aligned.features(frame).patches
        except NoFaceError:
            curve.append(np.nan)
        else:
            curve.append(float(np.linalg.norm(patches[..., :2], axis=-1).mean()))
    if len(curve) < 2:
        raise InputError("A clip needs at least two frames. Received: 1.")
    hidden = np.isnan(curve)
    if hidden[1:].all():
        raise InputError(
            "No frame after the first shows a face, so there is no apex to find. "
            "Give --onset and --apex."
        )
    smooth = gaussian_filter1d(np.nan_to_num(curve), _SMOOTHING)
    smooth[hidden] = -1.0
    return Spotted(apex=1 + int(smooth[1:].argmax()), curve=np.array(curve))
