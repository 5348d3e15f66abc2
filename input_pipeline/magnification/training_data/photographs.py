"""Photographs that are part of scikit-image: no download, and split once for all."""

import functools
from collections.abc import Sequence

import numpy as np
import skimage.data

TRAINING = (
    "brick",
    "camera",
    "cat",
    "clock",
    "coffee",
    "grass",
    "gravel",
    "hubble_deep_field",
    "immunohistochemistry",
    "moon",
    "page",
    "retina",
    "text",
)
"""Photographs that training scenes are cut from."""

HELD_OUT = ("astronaut", "coins", "rocket")
"""Photographs that no training scene shows; the only face is among them."""


@functools.cache
def load(names: Sequence[str]) -> tuple[np.ndarray, ...]:
    """The photographs by name.

    Source:
        `skimage.data`; free to use, terms in its README. Those read are in the wheel.

    Args:
        names: A tuple of `TRAINING` or `HELD_OUT`.

    Returns:
        float32 `(height, width, 3)` each, RGB in [0, 1]; grey has equal channels.
    """
    images = (getattr(skimage.data, name)() for name in names)
    return tuple(
        np.ascontiguousarray(
            np.broadcast_to(np.atleast_3d(image), (*image.shape[:2], 3)),
            dtype=np.float32,
        )
        / 255
        for image in images
    )
