"""Encoder block with normalisation first, and self-attention that may lose a head."""

from typing import Any

import keras
from keras import ops

from fgrmer_tf.layers.attention_dropping import AttentionDropping
from fgrmer_tf.layers.class_token import START_DEVIATION

NORM_EPSILON = 1e-6
HEAD_DROPS = ("heads", "reference")


def _gelu(x: Any) -> Any:
    # By `erf`: `ops.gelu` is traced to `Erfc`, which converters to ONNX do not know.
    return 0.5 * x * (1 + ops.erf(x * 2**-0.5))


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class PreNormEncoderLayer(keras.layers.Layer):
    """`x = x + attention(LN(x))`, then `x + W2 gelu(W1 LN(x))`.

    Source:
        Dosovitskiy et al., ICLR 2021; Multi-head Self-Attention Dropping: Xue et al.,
        ICCV 2021, section 3.3, and TransFER's released code. They differ: the paper
        drops a head, the code indexes another axis and drops one of the first
        `num_heads` tokens. `head_drop` chooses.

    Args:
        num_heads: int, at least 1; it divides `features`.
        hidden_units: int, at least 1. Width inside the feed-forward block.
        head_drop_rate: float in [0, 1]. Probability that a sample loses a head.
        head_drop: `heads`: the output of one head is 0 (paper); `reference`: query, key
            and value of one of the first `num_heads` tokens are (released code).
        attention_scale: float above 0, or `None` for `1 / sqrt(features of a head)`.
        start_deviation: float above 0. Standard deviation of the first weights.

    Call arguments:
        tokens: Float tensor `(batch, tokens, features)`; unitless.

    Returns:
        Float tensor of the same shape, compute dtype.

    State:
        attention_norm, feed_forward_norm: `LayerNormalization` over features.
        qkv: `Dense` without bias, its columns query, key and value, each head by head.
        attention_out, feed_forward_in, feed_forward_out: `Dense`.
        dropping: `AttentionDropping`.

    Raises:
        ValueError: At construction, if a size is below 1, `head_drop` is unknown or
            scale or deviation is not positive.
        ValueError: At build, if the heads do not divide the features.
    """

    def __init__(
        self,
        num_heads,
        hidden_units,
        head_drop_rate,
        head_drop="heads",
        attention_scale=None,
        start_deviation=START_DEVIATION,
        **kwargs,
    ):
        super().__init__(**kwargs)
        positive = (attention_scale is None or attention_scale > 0) and (
            start_deviation > 0
        )
        if min(num_heads, hidden_units) < 1 or not positive:
            raise ValueError(
                "`num_heads` and `hidden_units` must be at least 1, `attention_scale` "
                f"and `start_deviation` positive. Received: num_heads={num_heads}, "
                f"hidden_units={hidden_units}, attention_scale={attention_scale}, "
                f"start_deviation={start_deviation}"
            )
        if head_drop not in HEAD_DROPS:
            raise ValueError(
                f"`head_drop` must be one of {HEAD_DROPS}. Received: {head_drop!r}"
            )
        self.num_heads = num_heads
        self.hidden_units = hidden_units
        self.head_drop_rate = head_drop_rate
        self.head_drop = head_drop
        self.attention_scale = attention_scale
        self.start_deviation = start_deviation
        # Joint query, key, value: (batch, tokens, 3, heads, features of a head);
        # outputs of heads: (batch, heads, tokens, features of a head).
        among = num_heads if head_drop == "reference" else None
        self.dropping = AttentionDropping(
            head_drop_rate,
            axis=1,
            among=among,
            name="dropping",
            dtype=self.dtype_policy,
        )

    def build(self, tokens_shape):
        features = tokens_shape[-1]
        if features % self.num_heads:
            raise ValueError(
                "`num_heads` must divide the features. "
                f"Received: num_heads={self.num_heads}, features={features}"
            )
        width = features // self.num_heads
        self._head = (self.num_heads, width)
        self._scale = self.attention_scale or width**-0.5
        self.attention_norm = self._norm(tokens_shape, "attention_norm")
        self.qkv = self._dense(3 * features, tokens_shape, "qkv", use_bias=False)
        self.attention_out = self._dense(features, tokens_shape, "attention_out")
        self.feed_forward_norm = self._norm(tokens_shape, "feed_forward_norm")
        self.feed_forward_in = self._dense(
            self.hidden_units, tokens_shape, "feed_forward_in"
        )
        inner = (*tokens_shape[:-1], self.hidden_units)
        self.feed_forward_out = self._dense(features, inner, "feed_forward_out")
        by_head = (None, self.num_heads, tokens_shape[1], width)
        joint = (None, tokens_shape[1], 3, *self._head)
        self.dropping.build(by_head if self.head_drop == "heads" else joint)

    def _dense(self, units, shape, name, use_bias=True):
        start: Any = keras.initializers.TruncatedNormal(stddev=self.start_deviation)
        dense = keras.layers.Dense(
            units,
            use_bias=use_bias,
            kernel_initializer=start,
            name=name,
            dtype=self.dtype_policy,
        )
        dense.build(shape)
        return dense

    def _norm(self, shape, name):
        norm = keras.layers.LayerNormalization(
            epsilon=NORM_EPSILON, name=name, dtype=self.dtype_policy
        )
        norm.build(shape)
        return norm

    def _queries_keys_values(self, tokens, training):
        joint: Any = self.qkv(self.attention_norm(tokens))
        count = tokens.shape[1]
        joint = ops.reshape(joint, (-1, count, 3, *self._head))
        if self.head_drop == "reference":
            joint = self.dropping(joint, training=training)
        by_part: Any = ops.transpose(joint, (2, 0, 3, 1, 4))
        return by_part[0], by_part[1], by_part[2]

    def _weights(self, queries, keys):
        scores = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))) * self._scale
        return ops.softmax(scores, axis=-1)

    def attention(self, tokens):
        """Attention weights at inference: float `(batch, heads, tokens, tokens)`."""
        queries, keys, _ = self._queries_keys_values(tokens, training=False)
        return self._weights(queries, keys)

    def call(self, tokens, training=None):
        queries, keys, values = self._queries_keys_values(tokens, training)
        change = ops.matmul(self._weights(queries, keys), values)
        if self.head_drop == "heads":
            change = self.dropping(change, training=training)
        change = ops.transpose(change, (0, 2, 1, 3))
        change = ops.reshape(change, (-1, *tokens.shape[1:]))
        tokens = tokens + self.attention_out(change)
        change = self.feed_forward_in(self.feed_forward_norm(tokens))
        return tokens + self.feed_forward_out(_gelu(change))

    def compute_output_shape(self, tokens_shape):
        return tokens_shape

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_units": self.hidden_units,
            "head_drop_rate": self.head_drop_rate,
            "head_drop": self.head_drop,
            "attention_scale": self.attention_scale,
            "start_deviation": self.start_deviation,
        }
