"""Aligning a face to one canonical pose by a similarity transform.

The transform is estimated on the onset frame from points that no expression moves. It
serves onset and apex alike, so that motion is not aligned away; of the apex only the
motion of the head as a whole is taken out (`head_motion.py`).
"""

import cv2
import numpy as np

from fgrmer_tf.errors import InputError

# Corners of both eyes (36, 39, 42, 45) and the base of the nose (33).
STABLE_LANDMARKS = (36, 39, 42, 45, 33)
# Their places on a canonical face, as (x, y) in units of its side. Eye line at 0.38
# keeps the brows (about 0.25) and the chin (about 0.95) inside.
CANONICAL = np.array(
    [[0.27, 0.38], [0.41, 0.38], [0.59, 0.38], [0.73, 0.38], [0.50, 0.60]]
)

SUBPIXELS = 32
"""Places between two pixels that are told apart when a face is warped."""
CUBIC = -0.75
"""Slope of the cubic kernel at a distance of 1 px."""
BORDER = 4
"""As far beyond the border [px] no pixel of the image is reached any more."""


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Least-squares rotation, uniform scale and shift from `source` to `target`.

    Args:
        source: float `(points, 2)` as (x, y), at least two different points.
        target: float `(points, 2)` as (x, y).

    Returns:
        float64 `(2, 3)`: `target ~= matrix[:, :2] @ point + matrix[:, 2]`.

    Raises:
        InputError: If the points of `source` coincide.
    """
    x, y = np.asarray(source, np.float64).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [np.stack([x, -y, one, zero], 1), np.stack([y, x, zero, one], 1)]
    )
    solution, _, rank, _ = np.linalg.lstsq(rows, np.asarray(target).T.ravel())
    if rank < 4:
        raise InputError(
            "A face needs stable points at different places to be aligned. "
            f"Received: {np.asarray(source).tolist()}."
        )
    a, b, shift_x, shift_y = solution
    return np.array([[a, -b, shift_x], [b, a, shift_y]])


def face_transform(landmarks: np.ndarray, size: int) -> np.ndarray:
    """The transform from a frame to the canonical face of `size` px.

    Args:
        landmarks: float `(68, 2)` as (x, y) [px of the frame].
        size: Side of the canonical face [px].

    Returns:
        float64 `(2, 3)`.
    """
    return similarity(landmarks[list(STABLE_LANDMARKS)], CANONICAL * size)


def warp_face(image: np.ndarray, transform: np.ndarray, size: int) -> np.ndarray:
    """The canonical face cut out of `image`; beyond its border the edge repeats.

    Bicubic, at places rounded to `1 / SUBPIXELS` px. The places are computed here and
    not by `cv2.warpAffine`, whose rounding differs between versions and is off by up
    to four grey levels: an exported graph must arrive at the same pixels.

    Source:
        Keys, IEEE ASSP 1981, with `CUBIC`, as `cv2.remap` computes it.

    Args:
        image: uint8 `(height, width, 3)` or `(height, width)`.
        transform: float `(2, 3)` from the frame to the canonical face.
        size: Side of the result [px].

    Returns:
        uint8 `(size, size, ...)`.
    """
    y, x = np.indices((size, size))
    back = inverse(transform)
    places = x[..., None] * back[:, 0] + y[..., None] * back[:, 1] + back[:, 2]
    # Further out the edge repeats: clipped, so that all places fit in 16 bits.
    outside = np.array(image.shape[1::-1]) + BORDER
    places = np.floor(np.clip(places, -BORDER, outside) * SUBPIXELS + 0.5)
    whole, part = np.divmod(places.astype(np.int32), SUBPIXELS)
    return cv2.remap(
        image,
        whole.astype(np.int16),
        (part[..., 1] * SUBPIXELS + part[..., 0]).astype(np.uint16),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )


def transform_points(points: np.ndarray, transform: np.ndarray) -> np.ndarray:
    """Applies a `(2, 3)` transform to `(points, 2)` positions (x, y)."""
    return points @ transform[:, :2].T + transform[:, 2]


def compose(second: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The `(2, 3)` transform that applies `first`, then `second`."""
    turn = second[:, :2] @ first
    turn[:, 2] += second[:, 2]
    return turn


def inverse(transform: np.ndarray) -> np.ndarray:
    """The `(2, 3)` transform that undoes `transform`."""
    back = np.linalg.inv(transform[:, :2])
    return np.column_stack([back, -back @ transform[:, 2]])
