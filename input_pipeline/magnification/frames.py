"""Frames as the network takes them, and the checks on what a person hands in."""

import numpy as np

from fgrmer_tf.errors import InputError

MULTIPLE = 4
"""Two convolutions of stride 2 leave whole pixels of sides divisible by this."""
MINIMUM = 8
"""The texture has a quarter of the side, and mirroring by one needs two pixels."""
MAX_FACTOR = 1e9
"""Beyond it the sums of products may leave the range of float32."""


def padded_side(side: int) -> int:
    """The side of a frame after padding [px], for a side of at least 1 px."""
    return max(MINIMUM, -(-side // MULTIPLE) * MULTIPLE)


def checked_frame(frame: np.ndarray) -> np.ndarray:
    """Returns `frame` if it is one.

    Raises:
        InputError: If it is not uint8 RGB `(height, width, 3)` with at least 1 px.
    """
    if (
        frame.dtype != np.uint8
        or frame.ndim != 3
        or frame.shape[-1] != 3
        or not frame.size
    ):
        raise InputError(
            "A frame must be uint8 RGB (height, width, 3) with at least 1 px. "
            f"Received: {frame.dtype} {frame.shape}. Scale other images to 0..255."
        )
    return frame


def check_pair(frame_a: np.ndarray, frame_b: np.ndarray) -> None:
    """Checks two frames between which motion is to be magnified.

    Raises:
        InputError: If one is no frame, or if they differ in size.
    """
    shapes = [checked_frame(frame).shape for frame in (frame_a, frame_b)]
    if shapes[0] != shapes[1]:
        (height, width, _), (other_height, other_width, _) = shapes
        raise InputError(
            "Two frames must have the same size to be compared. Received: "
            f"{width}x{height} and {other_width}x{other_height}. Align them first."
        )


def check_factor(factor: float) -> None:
    """Checks an amplification factor; any finite number is one.

    Below the factor of identity the motion is reversed. Beyond 20 or so nothing
    was trained: results stay finite, but mean little.

    Raises:
        InputError: If it is not finite, or beyond what float32 can multiply.
    """
    if not np.isfinite(factor) or abs(factor) > MAX_FACTOR:
        raise InputError(
            f"The factor must be a number within +-{MAX_FACTOR:.0e}. "
            f"Received: {factor}. Micro-expressions want 1.2 to 20."
        )


def to_unit_range(frame: np.ndarray) -> np.ndarray:
    """uint8 RGB `(height, width, 3)` to float32 in [-1, 1]."""
    return frame.astype(np.float32) / np.float32(127.5) - 1


def to_image(rendered: np.ndarray) -> np.ndarray:
    """What the network rendered to uint8; values beyond [-1, 1] are clipped."""
    return np.round((np.clip(rendered, -1, 1) + 1) * 127.5).astype(np.uint8)


def padded(frame: np.ndarray) -> np.ndarray:
    """Repeats the last row and column until both sides are `padded_side`.

    Args:
        frame: `(height, width, channels)`, at least 1 px.

    Returns:
        The frame itself when it has such sides.
    """
    missing = [(0, padded_side(side) - side) for side in frame.shape[:2]]
    if not any(after for _, after in missing):
        return frame
    return np.pad(frame, [*missing, (0, 0)], mode="edge")
