"""From the channels of a magnified shape to those of a map.

Source:
    Scaling each channel and averaging: the public reproductions of Lei et al., CVPRW
    2021. Differs: a constant channel gives zeros where they divide by zero; extremes
    may be taken over several regions.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from fgrmer_tf.errors import InputError

Reduction = Literal["mean", "projection"]

PROJECTED = 8
"""Channels that `projection` leaves; not three, which would be read as u, v, strain."""
FLATNESS = 1e-5
"""A channel whose extremes differ by less than this share of its largest magnitude
is constant: what is left is rounding."""

Shapes = tuple[np.ndarray, ...]
"""One float32 array `(height, width, channels)` a region."""


def scaled(shapes: Sequence[np.ndarray]) -> Shapes:
    """Scales each channel to [0, 1], by its extremes over all of `shapes` together.

    Args:
        shapes: float32 `(height, width, channels)` each.

    Returns:
        float32 arrays of the same shapes; a constant channel is 0.
    """
    low = np.min([shape.min(axis=(0, 1)) for shape in shapes], axis=0)
    high = np.max([shape.max(axis=(0, 1)) for shape in shapes], axis=0)
    span = high - low
    flat = span <= FLATNESS * np.maximum(np.abs(low), np.abs(high))
    span[flat] = np.inf
    return tuple((shape - low) / span for shape in shapes)


def projection(channels: int) -> np.ndarray:
    """The fixed projection of `channels` to `PROJECTED`: means of consecutive groups.

    Returns:
        float32 `(channels, PROJECTED)`; each column sums to 1.

    Raises:
        InputError: If there are fewer channels than `PROJECTED`.
    """
    if channels < PROJECTED:
        raise InputError(
            f"A projection needs at least {PROJECTED} channels. Received: {channels}."
        )
    groups = np.array_split(np.eye(channels, dtype=np.float32), PROJECTED)
    return np.stack([group.mean(axis=0) for group in groups], axis=1)


def mean(channels: int) -> np.ndarray:
    """The mean of all channels, as published.

    Returns:
        float32 `(channels, 1)`.
    """
    return np.full((channels, 1), 1 / channels, np.float32)


REDUCTIONS: dict[Reduction, Callable[[int], np.ndarray]] = {
    "mean": mean,
    "projection": projection,
}
