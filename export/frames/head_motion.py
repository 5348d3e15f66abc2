"""The motion of the head, in a graph: `input_pipeline.head_motion` step by step.

Windows are products with fixed matrices here, for which every runtime has an operator.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from export.frames.geometry import Similarity
from input_pipeline.gaussian import gaussian_window
from input_pipeline.head_motion import (
    LEVELS,
    LIGHT,
    MEDIANS,
    NOTHING,
    SHARPEST,
    SHRINKAGE,
    SMOOTHING,
    STEP,
    SURE,
    WARPS,
    WINDOW,
)


def rigid_motion(first: tf.Tensor, later: tf.Tensor, face: tf.Tensor) -> Similarity:
    """The similarity that most of the face follows.

    Args:
        first: Float grey `(size, size)`, whole numbers in [0, 255]; its dtype is that
            of the computation.
        later: As `first`.
        face: bool `(size, size)`, true on the face.

    Returns:
        Where a point of `first` is in `later` [px].
    """
    dtype = first.dtype
    size: Any = first.shape[0]
    smooth = tf.constant(windowed(SMOOTHING, size, repeat=True), dtype)
    image, other = (smooth @ one @ tf.transpose(smooth) for one in (first, later))
    pyramid: list[Any] = [(image, other, tf.cast(face, dtype))]
    for _ in range(LEVELS - 1):
        halving = tf.constant(_halving(pyramid[-1][0].shape[0]), dtype)
        pyramid.append(
            tuple(halving @ one @ tf.transpose(halving) for one in pyramid[-1])
        )
    motion = tf.zeros((4,), dtype)
    for level in reversed(range(LEVELS)):
        step = _Level(*pyramid[level], level=level, size=size)
        motion = _repeated(
            WARPS, lambda _, motion, s=step: motion + s.scale * s.fitted(motion), motion
        )
    grown, turned, right, down = tf.unstack(motion)
    a, b, centre = 1 + grown / (size / 2), turned / (size / 2), (size - 1) / 2
    return Similarity(
        a=a,
        b=b,
        right=centre + right - (a * centre - b * centre),
        down=centre + down - (b * centre + a * centre),
    )


def _repeated(count: int, step: Callable[..., tf.Tensor], value: tf.Tensor):
    """A loop in the graph: unrolled, the graph would be ten times as large."""
    _, value = tf.while_loop(
        lambda number, _: number < count,
        lambda number, value: (number + 1, step(number, value)),
        (0, value),
    )
    return value


class _Level:
    """One resolution: what is known of it before the motion is."""

    def __init__(self, first, later, face, *, level: int, size: int) -> None:
        self._first, self._later, self.scale = first, later, 2**level
        self._dtype, side = first.dtype, first.shape[0]
        self._side = side
        rows, columns = np.indices((side, side))
        places = ((np.stack([columns, rows]) + 0.5) * self.scale - 0.5) - (size - 1) / 2
        places = places / (size / 2)
        self._places = self._constant(places)
        self._pixels = self._constant([columns, rows])
        self._gradient = self._constant(np.gradient(np.eye(side), axis=0))
        light = windowed(gaussian_window(LIGHT), side)
        self._light = self._constant(light / light.sum(axis=1, keepdims=True))
        centres = slice(STEP // 2, None, STEP)
        self._window = self._constant(windowed(gaussian_window(WINDOW), side)[centres])
        self._centres = self._constant(places[:, centres, centres].reshape(2, -1))
        face = tf.cast(face > 0.5, self._dtype)
        self._face = face
        self._seen = tf.reshape(face[centres, centres], (-1,))

    def _constant(self, values) -> tf.Tensor:
        return tf.constant(np.asarray(values), self._dtype)

    def fitted(self, motion: tf.Tensor) -> tf.Tensor:
        """What is still to be added to `motion` [px of the level]."""
        u, v = _moved(motion, *tf.unstack(self._places))
        x, y = tf.unstack(self._pixels)
        found = self._sampled(x + u / self.scale, y + v / self.scale)
        change = self._first - found
        change -= self._light @ change @ tf.transpose(self._light)
        middle = (self._first + found) / 2
        down = self._gradient @ middle
        right = middle @ tf.transpose(self._gradient)
        products = tf.stack(
            [right * right, right * down, down * down, right * change, down * change]
        )
        window = tf.tile(self._window[None], (5, 1, 1))
        sums = window @ (products * self._face) @ tf.transpose(window, (0, 2, 1))
        return self._fit(*tf.unstack(tf.reshape(sums, (5, -1))))

    def _sampled(self, x, y) -> tf.Tensor:
        last = self._side - 1
        x, y = (tf.minimum(tf.maximum(axis, 0), last) for axis in (x, y))
        left, top = (tf.minimum(tf.floor(axis), last - 1) for axis in (x, y))
        x, y = x - left, y - top
        at = tf.cast(top * self._side + left, tf.int32)
        values = tf.reshape(self._later, (-1,))
        upper = tf.gather(values, at) * (1 - x) + tf.gather(values, at + 1) * x
        at += self._side
        lower = tf.gather(values, at) * (1 - x) + tf.gather(values, at + 1) * x
        return upper * (1 - y) + lower * y

    def _fit(self, xx, xy, yy, pull_x, pull_y) -> tf.Tensor:
        seen, (x, y) = self._seen, tf.unstack(self._centres)
        count = tf.reduce_sum(seen)
        mean = tf.reduce_sum((xx + yy) * seen) / (2 * tf.maximum(count, 1))
        shrinkage = SHRINKAGE * mean + NOTHING
        xx, yy = xx + shrinkage, yy + shrinkage
        determinant = xx * yy - xy * xy
        u = (yy * pull_x - xy * pull_y) / determinant
        v = (xx * pull_y - xy * pull_x) / determinant
        sure = determinant / (xx + yy)
        sure = sure / (sure + SURE * shrinkage) * seen
        middle = tf.cast(tf.floor(count / 2), tf.int32)
        medians = self._constant(MEDIANS)

        def weighed(number, fit):
            u_fit, v_fit = _moved(fit, x, y)
            residual = tf.sqrt((u - u_fit) ** 2 + (v - v_fit) ** 2)
            ordered = tf.sort(tf.where(seen > 0, residual, np.inf))
            scale = tf.gather(medians, number) * tf.gather(ordered, middle)
            scale = tf.minimum(tf.maximum(scale, SHARPEST), 1 / NOTHING)
            weights = sure / (1 + (residual / scale) ** 2) ** 2
            return _similarity(weights, x, y, u, v)

        return _repeated(len(MEDIANS), weighed, tf.zeros((4,), self._dtype))


def _similarity(weights, x, y, u, v) -> tf.Tensor:
    total = tf.reduce_sum(weights) + NOTHING
    mean_x, mean_y, mean_u, mean_v = (
        tf.reduce_sum(weights * axis) / total for axis in (x, y, u, v)
    )
    x, y, u, v = x - mean_x, y - mean_y, u - mean_u, v - mean_v
    spread = tf.reduce_sum(weights * (x * x + y * y)) + NOTHING
    grown = tf.reduce_sum(weights * (x * u + y * v)) / spread
    turned = tf.reduce_sum(weights * (x * v - y * u)) / spread
    right = mean_u - grown * mean_x + turned * mean_y
    down = mean_v - grown * mean_y - turned * mean_x
    return tf.stack([grown, turned, right, down])


def _moved(motion, x, y):
    grown, turned, right, down = tf.unstack(motion)
    return grown * x - turned * y + right, grown * y + turned * x + down


def windowed(window: np.ndarray, side: int, *, repeat: bool = False) -> np.ndarray:
    """Sums over a window about every pixel of a row, as a matrix.

    Args:
        window: Weights, an odd number.
        side: Pixels of the row.
        repeat: Whether the edge repeats beyond the border; else there is nothing.

    Returns:
        float64 `(side, side)`.
    """
    reach = len(window) // 2
    matrix = np.zeros((side, side + 2 * reach))
    for offset, weight in enumerate(window):
        matrix[np.arange(side), np.arange(side) + offset] = weight
    inside = matrix[:, reach : reach + side]
    if repeat:
        inside[:, 0] += matrix[:, :reach].sum(axis=1)
        inside[:, -1] += matrix[:, reach + side :].sum(axis=1)
    return inside


def _halving(side: int) -> np.ndarray:
    """Means of two; an odd last pixel is left out."""
    return np.repeat(np.eye(side // 2, (side + 1) // 2), 2, axis=1)[:, :side] / 2
