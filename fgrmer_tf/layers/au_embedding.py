"""Embeddings of the AU nodes that the model learns by itself."""

from typing import Any

import keras
from keras import ops

INITIAL_STDDEV = 0.01
"""Spread of the first embeddings in the published code."""


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class AUEmbedding(keras.layers.Layer):
    """One learned vector a node, the same for every sample.

    Source:
        Lei et al., CVPRW 2021, AU branch. Published code: `t_g_model_3and6.py`,
        `embedding`. Differs: no.

    Args:
        num_nodes: int, at least 1. Nodes of the AU graph.
        embedding_dim: int, at least 1. Width of a vector.

    Call arguments:
        anchor: Any tensor. Its values are not read: a functional model can hold only
            what hangs on an input.

    Returns:
        Float tensor `(1, num_nodes, embedding_dim)`, compute dtype.

    State:
        embedding: `Embedding(num_nodes, embedding_dim)`.

    Raises:
        ValueError: At construction, if a size is below 1.
    """

    def __init__(self, num_nodes, embedding_dim, **kwargs):
        super().__init__(**kwargs)
        if min(num_nodes, embedding_dim) < 1:
            raise ValueError(
                "`num_nodes` and `embedding_dim` must be at least 1. "
                f"Received: num_nodes={num_nodes}, embedding_dim={embedding_dim}"
            )
        self.num_nodes = num_nodes
        self.embedding_dim = embedding_dim

    def build(self, anchor_shape):
        initializer: Any = keras.initializers.RandomNormal(stddev=INITIAL_STDDEV)
        self.embedding = keras.layers.Embedding(
            self.num_nodes,
            self.embedding_dim,
            embeddings_initializer=initializer,
            name="embedding",
            dtype=self.dtype_policy,
        )
        self.embedding.build()

    def call(self, anchor):
        return self.embedding(ops.expand_dims(ops.arange(self.num_nodes), 0))

    def get_config(self):
        return {
            **super().get_config(),
            "num_nodes": self.num_nodes,
            "embedding_dim": self.embedding_dim,
        }
