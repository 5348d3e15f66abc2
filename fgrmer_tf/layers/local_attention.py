"""LANet: where in a feature map to look."""

import keras

from fgrmer_tf.layers.improved_residual import batch_normalization


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class LocalAttention(keras.layers.Layer):
    """One attention map from all channels of a place: conv, ReLU, conv, sigmoid.

    Source:
        Xue et al., ICCV 2021, section 3.1 (Local CNNs); released code `la_max.py`.
        Differs: the batch normalisations of the code, which the paper does not show,
        are an option.

    Args:
        reduction: int, at least 1. How many times narrower the hidden layer is.
        normalize: bool. Whether both convolutions are batch-normalised.

    Call arguments:
        features: Float tensor `(batch, height, width, channels)`, `channels` at least
            `reduction`. Unitless.

    Returns:
        Float tensor `(batch, height, width, 1)` in (0, 1), compute dtype.

    State:
        hidden, score: `Conv2D` 1x1 with bias. hidden_norm, score_norm:
        `BatchNormalization`, if `normalize`.

    Raises:
        ValueError: At construction, if `reduction` is below 1.
        ValueError: At build, if there are fewer channels than `reduction`.
    """

    def __init__(self, reduction, normalize, **kwargs):
        super().__init__(**kwargs)
        if reduction < 1:
            raise ValueError(
                f"`reduction` must be at least 1. Received: reduction={reduction}"
            )
        self.reduction = reduction
        self.normalize = normalize

    def build(self, features_shape):
        channels = features_shape[-1]
        if channels < self.reduction:
            raise ValueError(
                "There must be at least `reduction` channels. "
                f"Received: {channels}, reduction={self.reduction}"
            )
        hidden_shape = (*features_shape[:-1], channels // self.reduction)
        score_shape = (*features_shape[:-1], 1)
        self.hidden = self._conv(hidden_shape[-1], features_shape, "hidden")
        self.score = self._conv(1, hidden_shape, "score")
        self.hidden_norm = self.score_norm = None
        if self.normalize:
            self.hidden_norm = batch_normalization("hidden_norm", self.dtype_policy)
            self.hidden_norm.build(hidden_shape)
            self.score_norm = batch_normalization("score_norm", self.dtype_policy)
            self.score_norm.build(score_shape)

    def _conv(self, filters, shape, name):
        conv = keras.layers.Conv2D(
            filters,
            1,
            kernel_initializer="he_normal",
            name=name,
            dtype=self.dtype_policy,
        )
        conv.build(shape)
        return conv

    def call(self, features, training=None):
        hidden = self.hidden(features)
        if self.hidden_norm:
            hidden = self.hidden_norm(hidden, training=training)
        score = self.score(keras.ops.relu(hidden))
        if self.score_norm:
            score = self.score_norm(score, training=training)
        return keras.ops.sigmoid(score)

    def compute_output_shape(self, features_shape):
        return (*features_shape[:-1], 1)

    def get_config(self):
        return {
            **super().get_config(),
            "reduction": self.reduction,
            "normalize": self.normalize,
        }


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class MaxOut(keras.layers.Layer):
    """The largest of the maps of each place.

    Source:
        Xue et al., ICCV 2021, section 3.1. Differs: no.

    Call arguments:
        maps: Float tensor `(batch, height, width, maps)`.

    Returns:
        Float tensor `(batch, height, width, 1)`, compute dtype.
    """

    def call(self, maps):
        return keras.ops.max(maps, axis=-1, keepdims=True)

    def compute_output_shape(self, maps_shape):
        return (*maps_shape[:-1], 1)
