"""Linear Eulerian magnification of two frames, to compare with."""

import cv2
import numpy as np

LEVELS = 5
"""Of the Laplacian pyramid, the finest included."""
_FINEST_WAVELENGTH = 4.0


def linear(frame_a: np.ndarray, frame_b: np.ndarray, factor: float) -> np.ndarray:
    """Frame B plus `factor - 1` times the difference to frame A.

    Args:
        frame_a: float32 `(height, width, 3)`, RGB in [0, 1].
        frame_b: Likewise.
        factor: How many times as large the motion becomes.

    Returns:
        float32 of the same shape, clipped to [0, 1].
    """
    return np.clip(frame_b + (factor - 1) * (frame_b - frame_a), 0, 1)


def linear_bounded(
    frame_a: np.ndarray, frame_b: np.ndarray, factor: float, motion: float
) -> np.ndarray:
    """As `linear`, with each spatial frequency magnified as far as that holds.

    Source:
        Wu et al., "Eulerian Video Magnification", SIGGRAPH 2012, equation (14): a wave
        of length `l` stands `factor * motion < l / 8`. Differs: the true motion is
        given, where their user guesses a cut-off.

    Args:
        frame_a: As `linear`.
        frame_b: As `linear`.
        factor: As `linear`.
        motion: Largest true displacement from A to B [px].

    Returns:
        As `linear`.
    """
    difference = frame_b - frame_a
    result = frame_b.copy()
    wavelength = _FINEST_WAVELENGTH
    for level in range(LEVELS):
        coarse = cv2.GaussianBlur(difference, (0, 0), 2.0**level)
        band = difference if level == LEVELS - 1 else difference - coarse
        allowed = min(factor, max(1.0, wavelength / (8 * motion)))
        result += (allowed - 1) * band
        difference, wavelength = coarse, wavelength * 2
    return np.clip(result, 0, 1)
