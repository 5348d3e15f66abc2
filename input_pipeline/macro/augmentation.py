"""Changes of training pictures, in tf.data: a function of the pictures and a key.

The same key gives the same changes, so that a run that was stopped goes on as if it had
not been. What Keras has a layer for, its layer does; its generator is set to the key.
"""

from typing import Any

import keras
import tensorflow as tf

from fgrmer_tf.transfer_config import AugmentConfig
from input_pipeline.macro.rand_augment import RandAugment


class Augmentation:
    """Random resized crop and flip, RandAugment, and a rectangle erased.

    Source:
        The order of the released TransFER settings. Differs: pictures are erased before
        they are normalised, by coloured noise.

    Args:
        config: What is done, how often and how far.
        side: Of the squares [px].
    """

    def __init__(self, config: AugmentConfig, side: int):
        self._config, self._side = config, side
        self._operated = RandAugment(config.operations, config.magnitude)
        layers: Any = keras.layers
        self._erasing = layers.RandomErasing(
            (config.erase_rate, config.erase_rate), config.erase_area
        )

    def __call__(self, images: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        """Changes one batch; every picture is drawn for itself.

        Args:
            images: uint8 `(batch, side, side, 3)`, RGB.
            key: int64 `(2,)`.

        Returns:
            float32 of the same shape, [0, 255].
        """
        changed: Any = self._cropped(tf.cast(images, tf.float32), key)
        if self._config.operations:
            changed = self._operated(changed, key)
        if self._config.erase_rate:
            self._erasing.generator.state.assign(key)
            changed = self._erasing(changed)
        return changed

    def _cropped(self, images: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        config, batch = self._config, tf.shape(images)[0]
        drawn = tf.random.stateless_uniform(tf.stack([5, batch]), key)
        low, high = config.crop_area
        area = low + drawn[0] * (high - low)
        narrow, wide = (tf.math.log(edge) for edge in config.crop_aspect)
        aspect = tf.exp(narrow + drawn[1] * (wide - narrow))
        height = tf.minimum(tf.sqrt(area / aspect), 1.0)
        width = tf.minimum(tf.sqrt(area * aspect), 1.0)
        top, left = drawn[2] * (1 - height), drawn[3] * (1 - width)
        right = left + width
        if config.flip:
            mirrored = drawn[4] < 0.5
            left, right = (
                tf.where(mirrored, right, left),
                tf.where(mirrored, left, right),
            )
        boxes = tf.stack([top, left, top + height, right], axis=1)
        size = (self._side, self._side)
        return tf.image.crop_and_resize(images, boxes, tf.range(batch), size)
