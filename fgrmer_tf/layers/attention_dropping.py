"""Attention dropping: one map, or one head, is hidden from the rest of the network."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class AttentionDropping(keras.layers.Layer):
    """Zeroes one slice of an axis, drawn per sample, while training.

    With probability `rate` a sample is hit; one of its slices along `axis`, each as
    likely as the other, becomes 0. Nothing is rescaled: what is left must do the work
    alone, which is the purpose. On the stack of attention maps this is Multi-Attention
    Dropping, on the heads of self-attention Multi-head Self-Attention Dropping.

    Source:
        Xue et al., ICCV 2021, sections 3.2 and 3.3. Released code: `la_max.py` for the
        maps. Differs: one slice a hit is the only choice, as in the released settings.

    Args:
        rate: float in [0, 1]. Probability of a hit.
        axis: int, not 0 (the batch). Axis whose slices are dropped.
        among: int, at least 1, or `None`. Only the first `among` slices are ever
            dropped; `None`: any.

    Call arguments:
        inputs: Float tensor `(batch, ...)`, the size of `axis` known.
        training: Whether anything is dropped.

    Returns:
        Float tensor of the same shape, compute dtype.

    State:
        seed_generator: Draws hits and slices.

    Raises:
        ValueError: At construction, if `rate` is outside [0, 1], `axis` is 0, or
            `among` below 1.
        ValueError: At build, if `axis` has one slice and `rate` is not 0: a hit would
            leave nothing. Likewise if `axis` has fewer slices than `among`.
    """

    def __init__(self, rate, axis, among=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate <= 1 or axis == 0 or (among is not None and among < 1):
            raise ValueError(
                "`rate` must be in [0, 1], `axis` not 0, `among` at least 1 or None. "
                f"Received: rate={rate}, axis={axis}, among={among}"
            )
        self.rate = rate
        self.axis = axis
        self.among = among
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, inputs_shape):
        slices = inputs_shape[self.axis]
        if self.rate and (slices < 2 or slices < (self.among or 0)):
            raise ValueError(
                "Dropping needs at least 2 slices, and no fewer than `among`. "
                f"Received: {slices} along axis {self.axis}, among={self.among}"
            )
        self._slices = slices

    def call(self, inputs, training=None):
        if not training or not self.rate:
            return inputs
        shape: Any = ops.shape(inputs)
        batch = shape[:1]
        hit = keras.random.uniform(batch, seed=self.seed_generator) < self.rate
        chosen = keras.random.randint(
            batch, 0, self.among or self._slices, seed=self.seed_generator
        )
        # No slice has the number -1.
        chosen = ops.where(hit, chosen, -1)
        along = [1] * len(inputs.shape)
        along[self.axis] = self._slices
        number = ops.reshape(ops.arange(self._slices), along)
        dropped = ops.equal(number, ops.reshape(chosen, (-1, *[1] * (len(along) - 1))))
        return ops.where(dropped, ops.zeros_like(inputs), inputs)

    def compute_output_shape(self, inputs_shape):
        return inputs_shape

    def get_config(self):
        return {
            **super().get_config(),
            "rate": self.rate,
            "axis": self.axis,
            "among": self.among,
        }
