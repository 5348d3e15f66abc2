"""Similarity transforms, the warp and the outline of a face, in a graph.

As `input_pipeline.align` and `input_pipeline.aligned_face` have them. Whatever the
dtype of landmarks is, all is computed in that.
"""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from input_pipeline.align import (
    BORDER,
    CANONICAL,
    CUBIC,
    STABLE_LANDMARKS,
    SUBPIXELS,
)
from input_pipeline.aligned_face import AXES, TO_MAP

NO_SPREAD = 1e-3
"""Mean square distance of stable points from their middle [px^2] below which they are
at one place."""


class Similarity(NamedTuple):
    """`(x, y)` to `(a x - b y + right, b x + a y + down)`; each a scalar tensor."""

    a: Any
    b: Any
    right: Any
    down: Any


HALF = Similarity(
    *(float(TO_MAP[row, column]) for row, column in ((0, 0), (1, 0), (0, 2), (1, 2)))
)
"""From the fine face to the map."""


def stable_points(landmarks: tf.Tensor) -> tf.Tensor:
    """The points that no expression moves: `(5, 2)` of `(68, 2)`."""
    return tf.gather(landmarks, STABLE_LANDMARKS)


def spread(points: tf.Tensor) -> tf.Tensor:
    """Mean square distance from their middle of points `(..., points, 2)`."""
    off = points - tf.reduce_mean(points, axis=-2, keepdims=True)
    return tf.reduce_mean(tf.reduce_sum(off * off, axis=-1), axis=-1)


def face_transform(points: tf.Tensor, size: int) -> Similarity:
    """From a frame to the canonical face of `size` px.

    Least squares in closed form about the middle of the points.

    Args:
        points: Float `(5, 2)` as (x, y) [px], from `stable_points`.
        size: Side of the canonical face [px].
    """
    target = CANONICAL * size
    middle, goal = tf.reduce_mean(points, axis=0), target.mean(axis=0)
    x, y = tf.unstack(points - middle, axis=1)
    u, v = (tf.constant(axis, points.dtype) for axis in (target - goal).T)
    length = tf.reduce_sum(x * x + y * y)
    a = tf.reduce_sum(x * u + y * v) / length
    b = tf.reduce_sum(x * v - y * u) / length
    return Similarity(
        a=a,
        b=b,
        right=goal[0] - a * middle[0] + b * middle[1],
        down=goal[1] - b * middle[0] - a * middle[1],
    )


def compose(second: Similarity, first: Similarity) -> Similarity:
    """Applies `first`, then `second`."""
    right, down = apply(second, first.right, first.down)
    return Similarity(
        a=second.a * first.a - second.b * first.b,
        b=second.b * first.a + second.a * first.b,
        right=right,
        down=down,
    )


def inverse(transform: Similarity) -> Similarity:
    """What undoes `transform`."""
    square = transform.a**2 + transform.b**2
    a, b = transform.a / square, -transform.b / square
    return Similarity(
        a=a,
        b=b,
        right=-a * transform.right + b * transform.down,
        down=-b * transform.right - a * transform.down,
    )


def apply(transform: Similarity, x: Any, y: Any) -> tuple[Any, Any]:
    """Where places (x, y) go."""
    a, b, right, down = transform
    return a * x - b * y + right, b * x + a * y + down


def moved_points(transform: Similarity, points: tf.Tensor) -> tf.Tensor:
    """Where points `(points, 2)` go."""
    return tf.stack(apply(transform, points[:, 0], points[:, 1]), axis=1)


def warped(image: tf.Tensor, transform: Similarity, size: int) -> tf.Tensor:
    """The canonical face cut out of `image`, as `align.warp_face` does it.

    Args:
        image: uint8 `(height, width, 3)`, RGB.
        transform: From the frame to the canonical face.
        size: Side of the result [px].

    Returns:
        float32 `(size, size, 3)`: whole numbers in [0, 255].
    """
    back = inverse(transform)
    rows, columns = (
        tf.constant(axis, back.a.dtype) for axis in np.indices((size, size))
    )
    sides = tf.shape(image)
    x_taps, x_weights = _taps(apply(back, columns, rows)[0], sides[1])
    y_taps, y_weights = _taps(apply(back, columns, rows)[1], sides[0])
    at = y_taps[:, :, None] * sides[1] + x_taps[:, None, :]
    weights = y_weights[:, :, None] * x_weights[:, None, :]
    pixels = tf.gather(tf.reshape(image, (-1, 3)), tf.reshape(at, (-1, 16)))
    values = tf.cast(pixels, tf.float32) * tf.reshape(weights, (-1, 16, 1))
    rounded = tf.round(tf.reduce_sum(values, axis=1))
    return tf.reshape(tf.clip_by_value(rounded, 0.0, 255.0), (size, size, 3))


def _taps(places: tf.Tensor, side: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Pixels around places on one axis and their weights, `(places, 4)` each."""
    places = tf.reshape(places, (-1,))
    outside = tf.cast(side + BORDER, places.dtype)
    places = tf.minimum(tf.maximum(places, -BORDER), outside)
    places = tf.floor(places * SUBPIXELS + 0.5)
    whole = tf.floor(places / SUBPIXELS)
    part = tf.cast((places - whole * SUBPIXELS) / SUBPIXELS, tf.float32)
    offsets = tf.constant([-1, 0, 1, 2])
    taps = tf.cast(whole, tf.int32)[:, None] + offsets
    taps = tf.minimum(tf.maximum(taps, 0), side - 1)
    return taps, tf.stack(
        [_far(1 + part), _near(part), _near(1 - part), _far(2 - part)], axis=1
    )


def _near(distance: tf.Tensor) -> tf.Tensor:
    return ((CUBIC + 2) * distance - (CUBIC + 3)) * distance * distance + 1


def _far(distance: tf.Tensor) -> tf.Tensor:
    return (
        (CUBIC * distance - 5 * CUBIC) * distance + 8 * CUBIC
    ) * distance - 4 * CUBIC


def outlined(points: tf.Tensor, size: int) -> tf.Tensor:
    """As `aligned_face.outlined`: bool `(size, size)`."""
    x, y = AXES
    along = tf.matmul(points, tf.constant(AXES, points.dtype))
    rows, columns = np.indices((size, size, 1))[:2]
    pixels = tf.constant(columns * x + rows * y, points.dtype)
    low, high = tf.reduce_min(along, axis=0), tf.reduce_max(along, axis=0)
    return tf.reduce_all((low <= pixels) & (pixels <= high), axis=-1)
