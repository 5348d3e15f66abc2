"""RandAugment out of Keras's layers, with the sizes of its paper."""

from typing import Any

import keras
import tensorflow as tf


class RandAugment:
    """Does some of eleven operations to a picture, each as likely as the other.

    Not `keras.layers.RandAugment`: its one factor turns a face by half a circle where
    it makes colours half as strong, and it computes every operation to keep one.

    Source:
        Cubuk et al., CVPR Workshops 2020; largest sizes as in AutoAugment's table 6:
        rotation 30 degrees, shear 0.3, shift 0.45, colours 0.9, 4 bits, threshold 0.

    Args:
        operations: int, at least 1. How many a picture.
        magnitude: float in [0, 1]. Size, relative to the largest.
    """

    def __init__(self, operations: int, magnitude: float):
        layers: Any = keras.layers
        shade = 0.9 * magnitude
        threshold = 1 - magnitude
        self._operations = operations
        self._layers = (
            layers.RandomRotation(magnitude * 30 / 360, fill_mode="nearest"),
            layers.RandomShear(0.3 * magnitude, 0.0, fill_mode="nearest"),
            layers.RandomShear(0.0, 0.3 * magnitude, fill_mode="nearest"),
            layers.RandomTranslation(0.45 * magnitude, 0.0, fill_mode="nearest"),
            layers.RandomTranslation(0.0, 0.45 * magnitude, fill_mode="nearest"),
            layers.RandomBrightness(shade),
            layers.RandomContrast(shade),
            layers.RandomColorDegeneration(shade),
            layers.RandomSharpness(shade),
            layers.RandomPosterization((8 - round(4 * magnitude),) * 2),
            layers.Solarization(threshold_factor=(threshold, threshold)),
        )

    def __call__(self, images: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        """Changes a batch, every picture by operations of its own.

        Args:
            images: float32 `(batch, height, width, 3)`, [0, 255], sizes known.
            key: int64 `(2,)`. The same key gives the same changes.

        Returns:
            float32 of the same shape.
        """
        batch = tf.shape(images)[0]
        chosen = tf.random.stateless_uniform(
            tf.stack([batch, self._operations]), key, 0, len(self._layers), tf.int32
        )

        def one(given: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> tf.Tensor:
            image, operations, number = given
            for place in range(self._operations):
                drawn = key + tf.stack([number, place + 1])
                image = self._operated(image, operations[place], drawn)
            return image

        # One after the other: they share the layers' generators.
        return tf.map_fn(
            one,
            (images, chosen, tf.range(batch, dtype=tf.int64)),
            parallel_iterations=1,
            fn_output_signature=tf.TensorSpec(images.shape[1:]),
        )

    def _operated(self, image: tf.Tensor, which: tf.Tensor, key: tf.Tensor) -> Any:
        def branch(layer: Any):
            def apply() -> tf.Tensor:
                layer.generator.state.assign(key)
                return tf.clip_by_value(layer(image), 0.0, 255.0)

            return apply

        return tf.switch_case(which, [branch(layer) for layer in self._layers])
