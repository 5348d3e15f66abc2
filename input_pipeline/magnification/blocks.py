"""The layers that MagNet is made of; a kernel has no bias anywhere."""

from typing import Any, Literal, get_args

import keras
from keras import ops

Padding = Literal["reflect", "same"]

INITIAL_STDDEV = 0.02
"""Spread of the first kernels in the published code (truncated normal)."""


def _mirrored(features, radius, axis):
    """Mirrors `radius` rows or columns beyond both borders, which do not repeat.

    Slices and a concatenation: LiteRT's fast kernels know them, but no reflecting pad,
    and the whole shape path takes a third of the time.
    """

    def cut(start, stop):
        return features[(slice(None),) * axis + (slice(start, stop),)]

    before = [cut(offset, offset + 1) for offset in range(radius, 0, -1)]
    after = [cut(-1 - offset, -offset) for offset in range(1, radius + 1)]
    return ops.concatenate([*before, features, *after], axis)


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class PaddedConv2D(keras.layers.Layer):
    """A convolution without bias that keeps the size, or halves it with stride 2.

    Source:
        Oh et al., ECCV 2018. Published TensorFlow code: `ops.py`. Differs: no.

    Args:
        filters: int, at least 1. Channels of the result.
        kernel_size: odd int, at least 1. Side of the kernel [px].
        strides: int, 1 or 2. Step of the kernel [px].
        padding: `reflect`: mirrored without repeating the border, the same on both
            sides; `same`: zeros, on the far side only when an even size is halved.
        activation: `relu` or `linear`.

    Call arguments:
        features: Float tensor `(batch, height, width, channels)`. With `reflect` the
            sides must be greater than `radius`.

    Returns:
        Float tensor `(batch, height / strides, width / strides, filters)`, rounded up.

    State:
        convolution: `Conv2D`.

    Raises:
        ValueError: At construction, if `kernel_size` is even or below 1, if `strides`
            is not 1 or 2, if `filters` is below 1 or `padding` is unknown.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="reflect",
        activation="linear",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if filters < 1 or kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(
                "`filters` must be at least 1 and `kernel_size` odd. "
                f"Received: filters={filters}, kernel_size={kernel_size}"
            )
        if strides not in (1, 2):
            raise ValueError(f"`strides` must be 1 or 2. Received: strides={strides}")
        if padding not in get_args(Padding):
            raise ValueError(
                f"`padding` must be one of {get_args(Padding)}. "
                f"Received: padding={padding!r}"
            )
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.activation = activation

    @property
    def radius(self) -> int:
        """How far the kernel reaches beyond its centre [px of the input]."""
        return self.kernel_size // 2

    def build(self, features_shape):
        initializer: Any = keras.initializers.TruncatedNormal(stddev=INITIAL_STDDEV)
        self.convolution = keras.layers.Conv2D(
            self.filters,
            self.kernel_size,
            strides=self.strides,
            padding="same" if self.padding == "same" else "valid",
            activation=self.activation,
            use_bias=False,
            kernel_initializer=initializer,
            name="convolution",
            dtype=self.dtype_policy,
        )
        self.convolution.build(features_shape)

    def call(self, features):
        if self.padding == "reflect":
            features = _mirrored(_mirrored(features, self.radius, 1), self.radius, 2)
        return self.convolution(features)

    def compute_output_shape(self, features_shape):
        batch, *sides, _ = features_shape
        halved = (side and -(-side // self.strides) for side in sides)
        return (batch, *halved, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "activation": self.activation,
        }


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class ResidualBlock(keras.layers.Layer):
    """`x + conv(relu(conv(x)))` with reflecting 3x3 convolutions; no final ReLU.

    Source:
        Oh et al., ECCV 2018. Published TensorFlow code: `ops.py`. Differs: no.

    Args:
        filters: int, at least 1. Channels of input and result.

    Call arguments:
        features: Float tensor `(batch, height, width, filters)`, sides at least 2.

    Returns:
        Float tensor of the same shape.

    State:
        first, second: `PaddedConv2D`.
    """

    radius = 2
    """How far the two kernels reach together [px]."""
    strides = 1

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, features_shape):
        self.first = PaddedConv2D(
            self.filters, 3, activation="relu", name="first", dtype=self.dtype_policy
        )
        self.second = PaddedConv2D(
            self.filters, 3, name="second", dtype=self.dtype_policy
        )
        for convolution in (self.first, self.second):
            convolution.build(features_shape)

    def call(self, features):
        return features + self.second(self.first(features))

    def compute_output_shape(self, features_shape):
        return features_shape

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class ScaledMotion(keras.layers.Layer):
    """Multiplies each sample by its factor, counted from the factor of no change.

    Source:
        Published TensorFlow code: `manipulator.py`, `factor - 1`. The public PyTorch
        code multiplies by the factor itself.

    Args:
        identity_factor: float. The factor that gives zero.

    Call arguments:
        motion: Float tensor `(batch, height, width, channels)`.
        factor: Float tensor `(batch,)`.

    Returns:
        Float tensor shaped as `motion`.
    """

    def __init__(self, identity_factor, **kwargs):
        super().__init__(**kwargs)
        self.identity_factor = identity_factor

    def call(self, motion, factor):
        gain = ops.reshape(factor - self.identity_factor, (-1, 1, 1, 1))
        return motion * gain

    def compute_output_shape(self, motion_shape, factor_shape):
        return motion_shape

    def get_config(self):
        return {**super().get_config(), "identity_factor": self.identity_factor}
