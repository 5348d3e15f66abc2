"""A linear path from an input to the classes, past everything else."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class LinearPath(keras.layers.Layer):
    """One linear layer on standardised values: `((values - mean) * scale) @ kernel`.

    Plus `bias`. It starts at zero, and so says nothing until it is trained, or given
    the weights of a model that was fitted elsewhere.

    Source:
        Not in the paper. Measured on real data, the published head loses most of what
        a linear model sees (`docs/recipe.md`).

    Args:
        units: int, at least 1. Number of classes.
        learns: bool. Whether training changes kernel and bias.

    Call arguments:
        values: Float tensor `(batch, features)`.

    Returns:
        Float tensor `(batch, units)`, compute dtype. Logits.

    State:
        mean: `(features,)`, not trainable; zero until set.
        scale: `(features,)`, not trainable; one until set.
        kernel: `(features, units)`, starts at zero; trainable if `learns`.
        bias: `(units,)`, starts at zero; trainable if `learns`.

    Raises:
        ValueError: At construction, if `units < 1`.
    """

    def __init__(self, units, learns, **kwargs):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be at least 1. Received: units={units}")
        self.units = units
        self.learns = learns

    def build(self, values_shape):
        features = values_shape[-1]

        def weight(name, shape, start, trainable):
            return self.add_weight(
                shape=shape, initializer=start, trainable=trainable, name=name
            )

        self.mean = weight("mean", (features,), "zeros", False)
        self.scale = weight("scale", (features,), "ones", False)
        self.kernel = weight("kernel", (features, self.units), "zeros", self.learns)
        self.bias = weight("bias", (self.units,), "zeros", self.learns)

    def call(self, values):
        # Standardisation is part of the weights: exports then hold one product, and no
        # values on a scale of their own that 8 bits would have to cover.
        kernel: Any = ops.expand_dims(self.scale, 1) * self.kernel
        shift = ops.matmul(ops.expand_dims(self.mean, 0), kernel)
        return ops.matmul(values, kernel) + (self.bias - shift)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "learns": self.learns}
