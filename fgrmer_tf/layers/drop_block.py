"""DropBlock: what stands in attention dropping's place in the comparison."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class DropBlock(keras.layers.Layer):
    """Zeroes square blocks of each map, while training, and rescales the rest.

    Block corners are drawn so that about `rate` of a map is hidden.

    Source:
        Ghiasi et al., NeurIPS 2018, algorithm 1. Differs: the rest is rescaled per
        sample and map, not over the batch, so that samples do not depend on each other.

    Args:
        rate: float in [0, 1). Share of a map that is dropped, about.
        block_size: int, at least 1. Side of a block [px of the map].

    Call arguments:
        maps: Float tensor `(batch, height, width, channels)`, sizes known, sides at
            least `block_size`.
        training: Whether anything is dropped.

    Returns:
        Float tensor of the same shape, compute dtype.

    State:
        seed_generator: Draws the blocks.

    Raises:
        ValueError: At construction, if `rate` is outside [0, 1) or `block_size` < 1.
        ValueError: At build, if a side is below `block_size`.
    """

    def __init__(self, rate, block_size, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1 or block_size < 1:
            raise ValueError(
                "`rate` must be in [0, 1) and `block_size` at least 1. "
                f"Received: rate={rate}, block_size={block_size}"
            )
        self.rate = rate
        self.block_size = block_size
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, maps_shape):
        _, height, width, channels = maps_shape
        if min(height, width) < self.block_size:
            raise ValueError(
                "A map's sides must be at least `block_size`. "
                f"Received: {height}x{width}, block_size={self.block_size}"
            )
        # Corners are drawn where a whole block fits.
        self._corners = (
            height - self.block_size + 1,
            width - self.block_size + 1,
            channels,
        )
        corners = self._corners[0] * self._corners[1]
        self._corner_rate = self.rate * height * width / self.block_size**2 / corners

    def call(self, maps, training=None):
        if not training or not self.rate:
            return maps
        given: Any = ops.shape(maps)
        shape = (given[0], *self._corners)
        drawn = keras.random.uniform(shape, seed=self.seed_generator)
        corners = ops.cast(drawn < self._corner_rate, maps.dtype)
        reach = self.block_size - 1
        padding = ((0, 0), (reach, reach), (reach, reach), (0, 0))
        # The largest of a padded neighbourhood: 1 wherever a block reaches.
        hidden: Any = ops.max_pool(
            ops.pad(corners, padding), self.block_size, strides=1
        )
        kept = 1 - hidden
        share = ops.mean(kept, axis=(1, 2), keepdims=True)
        return maps * kept / ops.maximum(share, keras.config.epsilon())

    def compute_output_shape(self, maps_shape):
        return maps_shape

    def get_config(self):
        return {
            **super().get_config(),
            "rate": self.rate,
            "block_size": self.block_size,
        }
