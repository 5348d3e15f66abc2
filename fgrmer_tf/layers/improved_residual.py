"""The residual unit of IR networks for faces."""

from typing import Any

import keras

NORM_EPSILON = 1e-5
NORM_MOMENTUM = 0.9
"""Share of the old statistics that is kept; PyTorch says 0.1, the share of the new."""


def batch_normalization(name: str, dtype: Any = None) -> Any:
    """Batch normalisation with the settings of the released code."""
    return keras.layers.BatchNormalization(
        epsilon=NORM_EPSILON, momentum=NORM_MOMENTUM, name=name, dtype=dtype
    )


def channel_prelu(name: str, dtype: Any = None) -> Any:
    """PReLU with one slope a channel, 0.25 at first."""
    quarter: Any = keras.initializers.Constant(0.25)
    return keras.layers.PReLU(quarter, shared_axes=[1, 2], name=name, dtype=dtype)


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class ImprovedResidualUnit(keras.layers.Layer):
    """BN, conv 3x3, PReLU, conv 3x3 with stride, BN; added to a shortcut.

    The shortcut is every `strides`-th pixel, with a 1x1 convolution and BN where the
    number of channels changes. Nothing follows the sum. Convolutions are padded by 1 on
    every side: 'same' would pad a stride of 2 on one side only.

    Source:
        Deng et al., CVPR 2019, improved residual; face.evoLVe `IR_50`; TransFER's
        released code `irse.py`. Differs: no.

    Args:
        filters: int, at least 1. Channels of the output.
        strides: int, at least 1. Of the second convolution and the shortcut.

    Call arguments:
        features: Float tensor `(batch, height, width, channels)`; unitless.

    Returns:
        Float tensor `(batch, ceil(height / strides), ceil(width / strides), filters)`,
        compute dtype.

    State:
        first_norm, first_conv, slope, second_conv, second_norm; and shortcut_conv,
        shortcut_norm where `channels` is not `filters`. No convolution has a bias.

    Raises:
        ValueError: At construction, if an argument is below 1.
    """

    def __init__(self, filters, strides, **kwargs):
        super().__init__(**kwargs)
        if min(filters, strides) < 1:
            raise ValueError(
                "`filters` and `strides` must be at least 1. "
                f"Received: filters={filters}, strides={strides}"
            )
        self.filters = filters
        self.strides = strides

    def build(self, features_shape):
        batch, height, width, channels = features_shape
        policy = self.dtype_policy
        padded = (batch, height + 2, width + 2)
        inner = (batch, height, width, self.filters)
        self._out = self.compute_output_shape(features_shape)
        self.first_norm = batch_normalization("first_norm", policy)
        self.first_norm.build(features_shape)
        self.padding = keras.layers.ZeroPadding2D(1, dtype=policy)
        self.first_conv = self._conv(3, 1, "first_conv", (*padded, channels))
        self.slope = channel_prelu("slope", policy)
        self.slope.build(inner)
        self.second_conv = self._conv(
            3, self.strides, "second_conv", (*padded, self.filters)
        )
        self.second_norm = batch_normalization("second_norm", policy)
        self.second_norm.build(self._out)
        self.shortcut_conv = self.shortcut_norm = None
        if channels != self.filters:
            # Pixels are taken before the convolution, not by its stride: the gradient
            # of a strided 1x1 convolution corrupts memory in TensorFlow 2.21 (oneDNN).
            self.shortcut_conv = self._conv(
                1, 1, "shortcut_conv", (*self._out[:3], channels)
            )
            self.shortcut_norm = batch_normalization("shortcut_norm", policy)
            self.shortcut_norm.build(self._out)

    def _conv(self, size, strides, name, shape):
        conv = keras.layers.Conv2D(
            self.filters,
            size,
            strides=strides,
            use_bias=False,
            kernel_initializer="he_normal",
            name=name,
            dtype=self.dtype_policy,
        )
        conv.build(shape)
        return conv

    def call(self, features, training=None):
        change = self.first_norm(features, training=training)
        change = self.slope(self.first_conv(self.padding(change)))
        change = self.second_conv(self.padding(change))
        change = self.second_norm(change, training=training)
        shortcut = features[:, :: self.strides, :: self.strides]
        if self.shortcut_conv is not None and self.shortcut_norm is not None:
            shortcut = self.shortcut_conv(shortcut)
            shortcut = self.shortcut_norm(shortcut, training=training)
        return change + shortcut

    def compute_output_shape(self, features_shape):
        batch, height, width, _ = features_shape
        return (
            batch,
            -(-height // self.strides),
            -(-width // self.strides),
            self.filters,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "strides": self.strides,
        }
