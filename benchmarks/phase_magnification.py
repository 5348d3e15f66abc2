"""Phase-based magnification with a complex steerable pyramid, to compare with."""

import functools
import itertools
import math
from typing import Any

import cv2
import numpy as np
import scipy.fft

ORIENTATIONS = 8
BANDS_PER_OCTAVE = 2
_OCTAVES = 4
_BORDER = 16
_EPSILON = 1e-6


def _step(radius: np.ndarray, middle: float) -> np.ndarray:
    """Rises from 0 to 1 about `middle`; its square and that of `_fall` add up to 1."""
    position = 2 * BANDS_PER_OCTAVE * np.log2(np.maximum(radius, _EPSILON) / middle)
    return np.sin(np.pi / 4 * (np.clip(position, -1, 1) + 1))


def _fall(radius: np.ndarray, middle: float) -> np.ndarray:
    return np.sqrt(np.maximum(0, 1 - _step(radius, middle) ** 2))


@functools.cache
def pyramid_filters(
    height: int, width: int
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """Filters of the pyramid, all at full resolution.

    Source:
        Portilla and Simoncelli, IJCV 2000, and Wadhwa et al., "Phase-Based Video Motion
        Processing", SIGGRAPH 2013 (half octaves, eight orientations). Differs: no
        level is made smaller, which changes nothing but the time.

    Returns:
        High-pass, low-pass and oriented filters, float32 `(height, width)`. The squares
        of the first two and, taken at a frequency and at its negative, of the oriented
        ones add up to 1.
    """
    y, x = np.meshgrid(
        2 * np.fft.fftfreq(height), 2 * np.fft.fftfreq(width), indexing="ij"
    )
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    edges = [2.0 ** -((k + 0.5) / BANDS_PER_OCTAVE) for k in range(_count() + 1)]
    order = ORIENTATIONS - 1
    scale = math.sqrt(4**order / (ORIENTATIONS * math.comb(2 * order, order)))
    oriented = []
    for outer, inner in itertools.pairwise(edges):
        ring = _fall(radius, outer) * _step(radius, inner)
        for index in range(ORIENTATIONS):
            along = np.cos(angle - np.pi * index / ORIENTATIONS)
            fan = scale * np.maximum(along, 0) ** order
            oriented.append((ring * fan).astype(np.float32))
    high = _step(radius, edges[0]).astype(np.float32)
    low = _fall(radius, edges[-1]).astype(np.float32)
    return high, low, tuple(oriented)


def _count() -> int:
    return _OCTAVES * BANDS_PER_OCTAVE


def phase_based(
    frame_a: np.ndarray, frame_b: np.ndarray, factor: float, smoothing: float = 0.0
) -> np.ndarray:
    """Turns the phase of every band of frame B on, by what it turned since frame A.

    Args:
        frame_a: float32 `(height, width, 3)`, RGB in [0, 1].
        frame_b: Likewise.
        factor: How many times as large the motion becomes.
        smoothing: Standard deviation of the Gaussian, weighted by amplitude, that
            smooths the change of phase against noise [px]; 0: none.

    Returns:
        float32 of the same shape, clipped to [0, 1].
    """
    planes_a, planes_b = (
        np.pad(frame, ((_BORDER, _BORDER), (_BORDER, _BORDER), (0, 0)), mode="reflect")
        for frame in (frame_a, frame_b)
    )
    height, width = planes_b.shape[:2]
    high, low, oriented = pyramid_filters(height, width)
    spectrum_a, spectrum_b = (
        scipy.fft.fft2(planes, axes=(0, 1)) for planes in (planes_a, planes_b)
    )
    total = spectrum_b * (high**2 + low**2)[..., None]
    for one in oriented:
        plane = one[..., None]
        band_a: Any = scipy.fft.ifft2(spectrum_a * plane, axes=(0, 1))
        band_b: Any = scipy.fft.ifft2(spectrum_b * plane, axes=(0, 1))
        turned = np.angle(band_b * np.conj(band_a))
        if smoothing:
            weight = np.abs(band_b) + np.float32(_EPSILON)
            blurred = [
                cv2.GaussianBlur(image, (0, 0), smoothing)
                for image in (turned * weight, weight)
            ]
            turned = blurred[0] / blurred[1]
        magnified = band_b * np.exp(1j * np.float32(factor - 1) * turned)
        # Twice: the filter sees one half of the plane of frequencies.
        total = total + 2 * plane * scipy.fft.fft2(magnified, axes=(0, 1))
    result = scipy.fft.ifft2(total, axes=(0, 1)).real
    inside = result[_BORDER : height - _BORDER, _BORDER : width - _BORDER]
    return np.clip(inside, 0, 1).astype(np.float32)
