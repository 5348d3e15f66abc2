"""Self-attention whose three projections are one matrix product."""

from typing import Any

import keras
from keras import ops

from fgrmer_tf.layers.dropout import FastDropout
from fgrmer_tf.layers.initializers import fan_in_uniform


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class SelfAttention(keras.layers.Layer):
    """Multi-head scaled dot-product self-attention without biases.

    `softmax(q k^T / sqrt(key_dim)) v`, heads side by side, times `output`. The same as
    `keras.layers.MultiHeadAttention` of the tokens with themselves. Queries, keys and
    values come from one product, and weights meet tokens as two-axis matrices: sums
    over the batch are then part of the product, which makes a training step of the
    whole network a quarter faster.

    Source:
        Vaswani et al., NeurIPS 2017, section 3.2. Published code of Lei et al., CVPRW
        2021: `t_g_model_3and6.py`, `MultiHeadAttention`. Differs: no.

    Args:
        num_heads: int, at least 1.
        key_dim: int, at least 1. Width of a query, key or value in one head.
        dropout_rate: float in [0, 1). Drop probability of attention weights.

    Call arguments:
        tokens: Float tensor `(batch, landmarks, features)`. Unitless.
        return_attention_scores: Whether the weights are returned too.

    Returns:
        Float tensor `(batch, landmarks, features)`, compute dtype; on request also the
        weights before dropout, `(batch, num_heads, landmarks, landmarks)`, rows sum to
        1: row `i` says what landmark `i` reads.

    State:
        projections: `(features, 3 * num_heads * key_dim)`: query, key, value; of each,
            the heads in a row.
        output_kernel: `(num_heads * key_dim, features)`.

    Raises:
        ValueError: At construction, if a size is below 1 or the rate outside [0, 1).
    """

    def __init__(self, num_heads, key_dim, dropout_rate, **kwargs):
        super().__init__(**kwargs)
        if min(num_heads, key_dim) < 1:
            raise ValueError(
                "`num_heads` and `key_dim` must be at least 1. "
                f"Received: num_heads={num_heads}, key_dim={key_dim}"
            )
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.dropout_rate = dropout_rate
        self.dropout = FastDropout(dropout_rate, dtype=self.dtype_policy)

    def build(self, tokens_shape):
        features, width = tokens_shape[-1], self.num_heads * self.key_dim
        self.projections = self.add_weight(
            shape=(features, 3 * width),
            initializer=fan_in_uniform(features),
            name="projections",
        )
        self.output_kernel = self.add_weight(
            shape=(width, features),
            initializer=fan_in_uniform(width),
            name="output_kernel",
        )
        self.dropout.build(tokens_shape)

    def call(self, tokens, training=None, return_attention_scores=False):
        _, landmarks, features = tokens.shape
        rows: Any = ops.reshape(tokens, (-1, features))
        projected = ops.reshape(
            ops.matmul(rows, self.projections),
            (-1, landmarks, 3, self.num_heads, self.key_dim),
        )
        parts: Any = ops.unstack(ops.transpose(projected, (2, 0, 3, 1, 4)), 3)
        query, key, value = parts
        scores: Any = ops.matmul(
            query * self.key_dim**-0.5, ops.transpose(key, (0, 1, 3, 2))
        )
        weights = ops.softmax(scores)
        mixed = ops.matmul(self.dropout(weights, training=training), value)
        mixed = ops.reshape(
            ops.transpose(mixed, (0, 2, 1, 3)), (-1, self.num_heads * self.key_dim)
        )
        outputs = ops.reshape(
            ops.matmul(mixed, self.output_kernel), (-1, landmarks, features)
        )
        return (outputs, weights) if return_attention_scores else outputs

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "dropout_rate": self.dropout_rate,
        }
