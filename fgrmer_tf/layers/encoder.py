"""Edge learning: attention between the landmarks of one region."""

import keras

from fgrmer_tf.layers.attention import SelfAttention
from fgrmer_tf.layers.dropout import FastDropout
from fgrmer_tf.layers.initializers import fan_in_uniform

NORM_EPSILON = 1e-6
"""Added to the variance in every layer normalisation of the published code."""


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class EncoderLayer(keras.layers.Layer):
    """One post-norm transformer encoder layer.

    `x = LN(tokens + dropout(attention(tokens)))`, then
    `LN(x + dropout(W2 relu(W1 x)))`. There is no positional encoding: the dense layer
    that reads all tokens at once binds each row to its landmark.

    Source:
        Lei et al., CVPRW 2021, edge learning. Published code:
        `t_g_model_3and6.py`, `EncoderLayer`. Differs: no.

    Args:
        num_heads: int, at least 1. Attention heads.
        key_dim: int, at least 1. Width of a query, key or value in one head.
        hidden_units: int, at least 1. Width inside the feed-forward block.
        dropout_rate: float in [0, 1). Drop probability before both additions.
        attention_dropout_rate: float in [0, 1). Drop probability of attention weights.

    Call arguments:
        tokens: Float tensor `(batch, landmarks, features)`. Unitless.

    Returns:
        Float tensor `(batch, landmarks, features)`, compute dtype.

    State:
        attention: `SelfAttention`.
        attention_norm, feed_forward_norm: `LayerNormalization` over features.
        feed_forward_in, feed_forward_out: `Dense`.

    Raises:
        ValueError: At construction, if a size is below 1 or a rate outside [0, 1).
    """

    def __init__(
        self,
        num_heads,
        key_dim,
        hidden_units,
        dropout_rate,
        attention_dropout_rate,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if min(num_heads, key_dim, hidden_units) < 1:
            raise ValueError(
                "`num_heads`, `key_dim` and `hidden_units` must be at least 1. "
                f"Received: num_heads={num_heads}, key_dim={key_dim}, "
                f"hidden_units={hidden_units}"
            )
        if not (0 <= dropout_rate < 1 and 0 <= attention_dropout_rate < 1):
            raise ValueError(
                "`dropout_rate` and `attention_dropout_rate` must be in [0, 1). "
                f"Received: dropout_rate={dropout_rate}, "
                f"attention_dropout_rate={attention_dropout_rate}"
            )
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.hidden_units = hidden_units
        self.dropout_rate = dropout_rate
        self.attention_dropout_rate = attention_dropout_rate

    def build(self, tokens_shape):
        features = tokens_shape[-1]
        inner_shape = (*tokens_shape[:-1], self.hidden_units)
        self.attention = SelfAttention(
            self.num_heads,
            self.key_dim,
            self.attention_dropout_rate,
            name="attention",
            dtype=self.dtype_policy,
        )
        self.attention.build(tokens_shape)
        self.feed_forward_in = self._dense(
            self.hidden_units, tokens_shape, activation="relu", name="feed_forward_in"
        )
        self.feed_forward_out = self._dense(
            features, inner_shape, name="feed_forward_out"
        )
        self.attention_norm = self._norm(tokens_shape, "attention_norm")
        self.feed_forward_norm = self._norm(tokens_shape, "feed_forward_norm")
        self.attention_dropout = self._dropout("attention_dropout")
        self.feed_forward_dropout = self._dropout("feed_forward_dropout")

    def _dense(self, units, shape, **kwargs):
        dense = keras.layers.Dense(
            units,
            kernel_initializer=fan_in_uniform(shape[-1]),
            bias_initializer=fan_in_uniform(shape[-1]),
            dtype=self.dtype_policy,
            **kwargs,
        )
        dense.build(shape)
        return dense

    def _norm(self, shape, name):
        norm = keras.layers.LayerNormalization(
            epsilon=NORM_EPSILON, name=name, dtype=self.dtype_policy
        )
        norm.build(shape)
        return norm

    def _dropout(self, name):
        return FastDropout(self.dropout_rate, name=name, dtype=self.dtype_policy)

    def call(self, tokens, training=None):
        change = self.attention(tokens, training=training)
        change = self.attention_dropout(change, training=training)
        tokens = self.attention_norm(tokens + change)
        change = self.feed_forward_out(self.feed_forward_in(tokens))
        change = self.feed_forward_dropout(change, training=training)
        return self.feed_forward_norm(tokens + change)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "hidden_units": self.hidden_units,
            "dropout_rate": self.dropout_rate,
            "attention_dropout_rate": self.attention_dropout_rate,
        }
