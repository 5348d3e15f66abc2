"""Patches of a map around landmarks, sampled bilinearly at sub-pixel positions."""

import numpy as np
from scipy.ndimage import map_coordinates

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import PATCH_SIZE


def sample_patches(maps: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Cuts a `PATCH_SIZE` window around each point.

    A window that would leave the map is shifted inside, so that no value is invented
    and the size stays.

    Source:
        Lei et al., CVPRW 2021 (7x7 patches around landmarks). The public reproductions
        slice `[x, y]` and so take patches at transposed places; here it is (y, x).

    Args:
        maps: float32 `(height, width, channels)`, sides at least `PATCH_SIZE`.
        points: float `(landmarks, 2)` as (x, y) [px of the map].

    Returns:
        float32 `(landmarks, patch_h, patch_w, channels)`.

    Raises:
        InputError: If the map is smaller than a patch or a point is not finite.
    """
    height, width, channels = maps.shape
    if min(height, width) < PATCH_SIZE:
        raise InputError(
            f"A map must be at least {PATCH_SIZE} px on each side. "
            f"Received: {width}x{height}."
        )
    if not np.isfinite(points).all():
        raise InputError("Landmarks must be finite. Received: NaN or infinity.")
    half = PATCH_SIZE // 2
    limits = np.array([width, height]) - 1 - half
    centres = np.clip(points, half, limits)
    offsets = np.arange(-half, half + 1)
    y = centres[:, 1, None, None] + offsets[None, :, None]
    x = centres[:, 0, None, None] + offsets[None, None, :]
    y, x = np.broadcast_arrays(y, x)
    return np.stack(
        [
            map_coordinates(maps[..., channel], [y, x], order=1, mode="nearest")
            for channel in range(channels)
        ],
        axis=-1,
    ).astype(np.float32)
