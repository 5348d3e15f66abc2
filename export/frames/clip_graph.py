"""Two frames and their landmarks to patches, in a graph without variables.

The same arithmetic as `AlignedOnset` with the motion `magnet`, step by step, on the
same constants: only what a graph has no operator for is done in another way.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from export.frames import geometry, motion_map
from export.frames.geometry import HALF, Similarity
from export.frames.head_motion import rigid_motion
from export.frames.shape_network import ShapeNetwork
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import PATCH_LANDMARKS, PATCH_SIZE
from input_pipeline.aligned_onset import LARGE
from input_pipeline.magnification.shape_path import SHIPPED, read_model

_GREY = (9798, 19235, 3735)
"""Red, green and blue in grey, in parts of 2^15, as OpenCV has them."""


class ClipGraph:
    """Patches of one clip.

    Args:
        config: Motion settings, of the method `magnet`.
        dtype: Of places and of the head's motion: float64 is the pipeline's own,
            float32 what every runtime has.

    Attributes:
        channels: Channels of a patch.

    Raises:
        InputError: At construction, if the weights that `config` names are not there.
        ExportError: At construction, if they are of no network that is known.
    """

    def __init__(self, config: MotionConfig, dtype: tf.DType = tf.float64) -> None:
        self._config, self._dtype = config, dtype
        self.network = ShapeNetwork(read_model(config.weights or SHIPPED))
        self._maps = motion_map.MotionMap(config, self.network)
        self.channels = self._maps.channels

    def patches(
        self,
        onset: tf.Tensor,
        apex: tf.Tensor,
        landmarks: tf.Tensor,
        apex_landmarks: tf.Tensor,
    ) -> tf.Tensor:
        """The patches of one clip.

        Args:
            onset: uint8 `(height, width, 3)`, RGB.
            apex: uint8, same shape.
            landmarks: float32 `(68, 2)` as (x, y) on the onset frame [px].
            apex_landmarks: The same on the apex frame. They are looked at only where
                the head moved far; where nobody measured them, those of the onset do.

        Returns:
            float32 `(landmarks, patch_h, patch_w, channels)`.
        """
        side = 2 * self._config.map_size
        landmarks, apex_landmarks = (
            tf.cast(points, self._dtype) for points in (landmarks, apex_landmarks)
        )
        fine = geometry.face_transform(geometry.stable_points(landmarks), side)
        transform = geometry.compose(HALF, fine)
        inside = geometry.outlined(
            geometry.moved_points(transform, landmarks), self._config.map_size
        )
        face = geometry.warped(onset, fine, side)
        arrived = self._arrived(face, apex, fine, inside, landmarks, apex_landmarks)
        later = geometry.warped(apex, arrived, side)
        at = geometry.moved_points(fine, tf.gather(landmarks, PATCH_LANDMARKS))
        points = (at - self.network.traits.origin) / 2
        return sampled(self._maps(face, later, inside, points), points)

    def unseen(
        self, image: tf.Tensor, points: tf.Tensor, landmarks: tf.Tensor
    ) -> tf.Tensor:
        """How many landmarks of the patches are not in the image, int32 `()`.

        As `aligned_face.require_seen` counts them.

        Args:
            image: `(height, width, 3)`.
            points: float32 `(68, 2)`, landmarks on it [px].
            landmarks: float32 `(68, 2)`, those of the onset frame.
        """
        points, landmarks = (tf.cast(one, self._dtype) for one in (points, landmarks))
        stable = geometry.stable_points(landmarks)
        transform = geometry.face_transform(stable, self._config.map_size)
        grown = tf.sqrt(transform.a**2 + transform.b**2)
        points = tf.gather(points, PATCH_LANDMARKS)
        sides = tf.shape(image)
        last = tf.cast(tf.stack([sides[1], sides[0]]) - 1, self._dtype)
        beyond = tf.reduce_max(tf.maximum(-points, points - last), axis=1) * grown
        return tf.reduce_sum(tf.cast(beyond > PATCH_SIZE // 2, tf.int32))

    def _arrived(
        self, face, apex, fine, inside, landmarks, apex_landmarks
    ) -> Similarity:
        """From the apex frame to where its face meets that of the onset."""
        side = 2 * self._config.map_size
        transform = geometry.compose(HALF, fine)
        stable, later = map(geometry.stable_points, (landmarks, apex_landmarks))
        off = geometry.moved_points(transform, later)
        off -= geometry.moved_points(transform, stable)
        far = tf.sqrt(tf.reduce_mean(tf.reduce_sum(off * off, axis=-1))) > LARGE
        own = geometry.face_transform(later, side)
        near = Similarity(
            *(tf.where(far, a, b) for a, b in zip(own, fine, strict=True))
        )
        image = geometry.warped(apex, near, side)
        left = rigid_motion(self._grey(face), self._grey(image), inside)
        back = geometry.compose(geometry.inverse(left), HALF)
        back = geometry.compose(geometry.inverse(HALF), back)
        return geometry.compose(back, near)

    def _grey(self, face: tf.Tensor) -> tf.Tensor:
        """Grey of half the sides, each step rounded as OpenCV does it."""
        grey = tf.reduce_sum(face * np.array(_GREY, np.float32), axis=-1)
        grey = tf.floor((grey + 2**14) / 2**15)
        pairs = grey[::2] + grey[1::2]
        grey = tf.floor((pairs[:, ::2] + pairs[:, 1::2] + 2) / 4)
        return tf.cast(grey, self._dtype)


def sampled(maps: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
    """As `patches.sample_patches`.

    Args:
        maps: float32 `(side, side, channels)`.
        points: Float `(landmarks, 2)` as (x, y) [px of the map].

    Returns:
        float32 `(landmarks, patch_h, patch_w, channels)`.
    """
    shape: Any = maps.shape
    side, _, channels = shape
    half = PATCH_SIZE // 2
    centres = tf.minimum(tf.maximum(points, half), side - 1 - half)
    corner = tf.floor(centres)
    part = tf.cast(centres - corner, tf.float32)
    offsets = np.arange(-half, half + 2)
    taps = tf.minimum(tf.cast(corner, tf.int32)[:, :, None] + offsets, side - 1)
    at = taps[:, 1, :, None] * side + taps[:, 0, None, :]
    values = tf.gather(tf.reshape(maps, (-1, channels)), at)
    x, y = (part[:, axis, None, None, None] for axis in (0, 1))
    values = values[:, :-1] * (1 - y) + values[:, 1:] * y
    return values[:, :, :-1] * (1 - x) + values[:, :, 1:] * x
