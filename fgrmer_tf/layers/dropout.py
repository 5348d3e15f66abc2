"""Dropout that spends few random bits."""

from typing import Any

import keras
from keras import ops

_WORD_BITS = 32
_HALF_BITS = 16


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class FastDropout(keras.layers.Layer):
    """Sets inputs to 0 with probability `rate`, and scales the others up.

    Random numbers are most of what dropout costs. This one draws a 32-bit word for two
    inputs and compares its halves with the rate, in steps of 2**-16; Keras' own draws a
    float for each. What is kept is divided by the probability, so rounded, of being
    kept: the mean is unchanged exactly.

    Source:
        Not in the paper, which names no generator.

    Args:
        rate: float in [0, 1). Drop probability.
        seed: int, or `None` for one drawn from Keras' global generator.

    Call arguments:
        inputs: Float tensor of any shape. Unitless.

    Returns:
        Float tensor of the same shape, compute dtype; `inputs` outside training.

    State:
        seed_generator: Counts the draws; equal states draw equal masks.

    Raises:
        ValueError: At construction, if `rate` is outside [0, 1).
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must be in [0, 1). Received: rate={rate}")
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self._dropped = round(rate * 2**_HALF_BITS)

    def call(self, inputs, training=None):
        if not training or not self._dropped:
            return inputs
        size: Any = ops.size(inputs)
        words: Any = keras.random.randint(
            ((size + 1) // 2,),
            -(2 ** (_WORD_BITS - 1)),
            2 ** (_WORD_BITS - 1) - 1,
            dtype="int32",
            seed=self.seed_generator,
        )
        # An arithmetic shift keeps the sign: both halves then lie in [-2^15, 2^15).
        halves = ops.concatenate(
            [
                ops.right_shift(words, _HALF_BITS),
                ops.right_shift(ops.left_shift(words, _HALF_BITS), _HALF_BITS),
            ]
        )
        kept = halves >= self._dropped - 2 ** (_HALF_BITS - 1)
        mask: Any = ops.reshape(kept[:size], ops.shape(inputs))
        scale = 1 / (1 - self._dropped / 2**_HALF_BITS)
        return inputs * (ops.cast(mask, self.compute_dtype) * scale)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
