"""What the motion magnification network says of two faces, in a graph.

As `input_pipeline.magnification.shape_motion` and `displacement` have it. The whole map
is computed; where the pipeline computes a part alone, the rest is left out of sums.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from export.frames.head_motion import windowed
from export.frames.shape_network import ShapeNetwork
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import NUM_BROW, PATCH_SIZE
from input_pipeline.gaussian import gaussian_window
from input_pipeline.magnification.displacement import (
    MARGIN,
    NOTHING,
    SHRINKAGE,
    WINDOW,
)
from input_pipeline.magnification.reduction import FLATNESS, REDUCTIONS, Reduction
from input_pipeline.magnification.regions import ROUNDING
from input_pipeline.optical_flow import FLOORS


class MotionMap:
    """The map of two aligned faces.

    Args:
        config: Motion settings of the method `magnet`.
        network: The network that `config` names.

    Attributes:
        channels: Channels of the map.
    """

    def __init__(self, config: MotionConfig, network: ShapeNetwork) -> None:
        self._config, self._network = config, network
        self._side = config.map_size
        self.channels = 3
        if config.magnet_map != "displacement":
            weights = REDUCTIONS[_reduction(config)](network.channels)
            self.channels = weights.shape[1]
        # Settings count motion as a whole: 1 leaves it as it is, in either form.
        self._factor = config.factor + network.traits.identity_factor - 1
        window = windowed(gaussian_window(WINDOW), self._side)
        self._window: Any = window.astype(np.float32)
        self._gradient: Any = np.gradient(np.eye(self._side, dtype=np.float32), axis=0)

    def __call__(
        self, first: tf.Tensor, later: tf.Tensor, inside: tf.Tensor, points: tf.Tensor
    ) -> tf.Tensor:
        """Computes the map.

        Args:
            first: float32 `(2 * map_size, 2 * map_size, 3)`, RGB, [0, 255].
            later: As `first`.
            inside: bool `(map_size, map_size)`, true on the face.
            points: Float `(landmarks, 2)` of the patches as (x, y) [px of the map].

        Returns:
            float32 `(map_size, map_size, channels)`.
        """
        covered = tf.ones((self._side, self._side), tf.bool)
        moving = self._config.magnet_map == "displacement"
        if self._config.magnet_area == "patches":
            covered = self._boxes(points, MARGIN if moving else 0)
        if moving:
            maps = self._displacement(first, later, inside, covered)
        else:
            maps = self._shape(first, later, covered)
        return maps * tf.expand_dims(tf.cast(covered, tf.float32), -1)

    def _boxes(self, points: tf.Tensor, margin: int) -> tf.Tensor:
        """The boxes of `regions.patch_regions`."""
        brows, mouth = (
            self._box(part, margin) for part in (points[:NUM_BROW], points[NUM_BROW:])
        )
        return brows | mouth

    def _box(self, points: tf.Tensor, margin: int) -> tf.Tensor:
        columns, rows = (self._interval(points[:, axis], margin) for axis in (0, 1))
        return rows[:, None] & columns[None]

    def _interval(self, places: tf.Tensor, margin: int) -> tf.Tensor:
        side, half = self._side, PATCH_SIZE // 2
        centres = tf.minimum(tf.maximum(places, half), side - 1 - half)
        first = tf.floor(tf.reduce_min(centres)) - half
        length = tf.math.ceil(tf.reduce_max(centres)) + half + 1 - first
        length = tf.minimum(tf.math.ceil(length / ROUNDING) * ROUNDING, side)
        first = tf.minimum(first, side - length)
        pixels = tf.constant(np.arange(side), places.dtype)
        return (first - margin <= pixels) & (pixels < first + length + margin)

    def _encoded(self, faces: list[tf.Tensor]) -> list[tf.Tensor]:
        frames = tf.stack(faces) / 127.5 - 1
        return tf.split(self._network.encode(frames), len(faces))

    def _shape(self, first, later, covered) -> tf.Tensor:
        shape_a, shape_b = self._encoded([first, later])
        shape = self._network.magnify(shape_a, shape_b, self._factor)[0]
        seen = covered[..., None]
        low = tf.reduce_min(tf.where(seen, shape, np.inf), axis=(0, 1))
        high = tf.reduce_max(tf.where(seen, shape, -np.inf), axis=(0, 1))
        span = high - low
        flat = span <= FLATNESS * tf.maximum(tf.abs(low), tf.abs(high))
        scaled = (shape - low) / tf.where(flat, np.inf, span)
        weights = REDUCTIONS[_reduction(self._config)]
        return tf.tensordot(scaled, weights(self._network.channels), 1)

    def _displacement(self, first, later, inside, covered) -> tf.Tensor:
        moved = tf.concat([first[1:], first[-1:]], axis=0)
        moved = tf.concat([moved[:, 1:], moved[:, -1:]], axis=1)
        still, moved, later = self._encoded([first, moved, later])
        down = tf.concat([moved[:, :1], moved[:, :-1]], axis=1)
        corners = [_rightwards(one) for one in (moved, down)]
        others = tf.concat([moved, corners[0], down, corners[1], later], axis=0)
        magnified = self._network.magnify(
            tf.tile(still, (5, 1, 1, 1)), others, self._factor
        )
        up_left, up_right, down_left, down_right, change = tf.unstack(magnified - still)
        falling, rising = down_right - up_left, up_right - down_left
        right, down = (falling + rising) / 4, (falling - rising) / 4
        products = tf.stack(
            [
                tf.reduce_sum(one * other, axis=-1)
                for one, other in (
                    (right, right),
                    (right, down),
                    (down, down),
                    (change, right),
                    (change, down),
                )
            ]
        )
        seen = tf.cast(covered, tf.float32)
        window = tf.tile(self._window[None], (5, 1, 1))
        sums = window @ (products * seen) @ tf.transpose(window, (0, 2, 1))
        face = tf.cast(inside & covered, tf.float32)
        u, v = _solved(sums, face)
        return self._comparable(u * seen, v * seen, face)

    def _comparable(self, u, v, face) -> tf.Tensor:
        """As `optical_flow.strain` and `optical_flow.comparable`."""
        count = tf.maximum(tf.reduce_sum(face), 1)
        lower = tf.cast(tf.floor((count - 1) / 2), tf.int32)
        upper = tf.cast(tf.floor(count / 2), tf.int32)
        channels = []
        for field in (u, v):
            ordered = tf.sort(tf.reshape(tf.where(face > 0, field, np.inf), (-1,)))
            median = (tf.gather(ordered, lower) + tf.gather(ordered, upper)) / 2
            channels.append(field - median)
        maps = tf.stack([*channels, self._strain(u / 2, v / 2)], axis=-1)
        if not self._config.standardize:
            return maps
        weights = face[..., None] / count
        mean = tf.reduce_sum(maps * weights, axis=(0, 1))
        variance = tf.reduce_sum((maps - mean) ** 2 * weights, axis=(0, 1))
        return maps / tf.maximum(tf.sqrt(variance), FLOORS)

    def _strain(self, u, v) -> tf.Tensor:
        across = tf.transpose(self._gradient)
        shear = 0.5 * (self._gradient @ u + v @ across)
        return tf.sqrt((u @ across) ** 2 + (self._gradient @ v) ** 2 + 2 * shear**2)


def _reduction(config: MotionConfig) -> Reduction:
    return "projection" if config.magnet_map == "projection" else "mean"


def _rightwards(shape: tf.Tensor) -> tf.Tensor:
    return tf.concat([shape[:, :, :1], shape[:, :, :-1]], axis=2)


def _solved(sums, face) -> tuple[tf.Tensor, tf.Tensor]:
    """As `displacement._solved`."""
    xx, xy, yy, x, y = tf.unstack(sums)
    mean = tf.reduce_sum((xx + yy) * face) / tf.maximum(tf.reduce_sum(face), 1) / 2
    shrinkage = tf.maximum(SHRINKAGE * mean, NOTHING)
    xx, yy = xx + shrinkage, yy + shrinkage
    determinant = xx * yy - xy * xy
    return (yy * x - xy * y) / determinant, (xx * y - xy * x) / determinant
