"""The starting weights of the published code, which PyTorch chose by default."""

import math
from typing import Any

import keras


def fan_in_uniform(fan_in: int) -> Any:
    """A new initializer that draws from U(-1/sqrt(fan_in), 1/sqrt(fan_in)).

    The limit is explicit because Keras reads depthwise and attention kernels as
    ordinary convolutions and finds another fan. One instance repeats its values at
    each call, so every weight needs an instance of its own.

    Source:
        Defaults of `torch.nn.Linear` and `torch.nn.Conv2d`, for weight and bias
        alike, which the published code does not change.

    Args:
        fan_in: Inputs summed into one output, at least 1.

    Returns:
        A `keras.initializers.RandomUniform` without a fixed seed; `Any` for type
        checkers, since Keras declares every initializer argument a string.
    """
    limit = 1 / math.sqrt(fan_in)
    return keras.initializers.RandomUniform(-limit, limit)
