"""The AU graph: its adjacency and the convolution over its nodes."""

import math
from typing import Any, get_args

import keras
from keras import ops

from fgrmer_tf.config import AdjacencyNormalization

NORMALIZATIONS = get_args(AdjacencyNormalization)


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class Adjacency(keras.layers.Layer):
    """Holds the raw adjacency `A` of a graph and returns it normalised.

    `A` is column-conditional: `A[i, j] = P(node i | node j)`, with ones on the
    diagonal; it starts as the identity. Entry `[i, j]` of the result weighs what node
    `i` gathers from node `j`, which is `A[j, i]`. `D` is the diagonal of row sums:

    - `official`: `D(A)^-1/2 A^T D(A)^-1/2`, as published. Rows do not sum to 1.
    - `symmetric`: `D(S)^-1/2 S D(S)^-1/2` with `S = (A + A^T) / 2`.
    - `row`: `D(A^T)^-1 A^T`. Rows sum to 1.

    Source:
        Published code: `t_g_model_3and6.py`, `gen_adj`, which is `official`. Differs
        from the formula usually quoted, `D^-1/2 A D^-1/2`: with an asymmetric `A`, the
        published order of factors transposes it.

    Args:
        normalization: `official`, `symmetric` or `row`.
        learned_edges: bool. Whether each entry is multiplied by `exp(edges)`, which is
            trained: so entries stay positive, and two AUs that are not joined stay so.

    Call arguments:
        nodes: Float tensor `(batch, num_nodes, features)`. Only its shape is read.

    Returns:
        Float tensor `(num_nodes, num_nodes)`, compute dtype.

    State:
        raw: `(num_nodes, num_nodes)`, not trainable, at least 0, with positive row and
            column sums. It differs between folds and travels with the checkpoint.
        edges: `(num_nodes, num_nodes)`, trainable, starts at zero; only with
            `learned_edges`.

    Raises:
        ValueError: At construction, if `normalization` is none of the three.
    """

    def __init__(self, normalization, learned_edges=False, **kwargs):
        super().__init__(**kwargs)
        if normalization not in NORMALIZATIONS:
            raise ValueError(
                f"`normalization` must be one of {NORMALIZATIONS}. "
                f"Received: normalization={normalization!r}"
            )
        self.normalization = normalization
        self.learned_edges = learned_edges

    def build(self, nodes_shape):
        num_nodes = nodes_shape[-2]
        self.raw = self.add_weight(
            shape=(num_nodes, num_nodes),
            initializer=keras.initializers.Identity(),
            trainable=False,
            # Sums and roots stay in full precision under a mixed policy.
            autocast=False,
            name="raw",
        )
        if self.learned_edges:
            self.edges = self.add_weight(
                shape=(num_nodes, num_nodes),
                initializer="zeros",
                autocast=False,
                name="edges",
            )

    def call(self, nodes):
        raw: Any = ops.convert_to_tensor(self.raw)
        if self.learned_edges:
            raw = raw * ops.exp(self.edges)
        gathered: Any = ops.transpose(raw)
        if self.normalization == "row":
            normalized = gathered / ops.sum(gathered, axis=1, keepdims=True)
        else:
            symmetric = self.normalization == "symmetric"
            weights: Any = (raw + gathered) / 2 if symmetric else raw
            scale: Any = ops.rsqrt(ops.sum(weights, axis=1))
            normalized = scale[:, None] * ops.transpose(weights) * scale
        return ops.cast(normalized, self.compute_dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "normalization": self.normalization,
            "learned_edges": self.learned_edges,
        }


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class GraphConvolution(keras.layers.Layer):
    """One graph convolution: `adjacency @ (nodes @ kernel)`.

    Source:
        Lei et al., CVPRW 2021, AU branch. Published code: `t_g_model_3and6.py`,
        `GraphConvolution`. Differs from the code: no bias option, which it leaves off.

    Args:
        units: int, at least 1. Width of the output node features.

    Call arguments:
        nodes: Float tensor `(batch, num_nodes, features)`. Unitless.
        adjacency: Float tensor `(num_nodes, num_nodes)`, normalised.

    Returns:
        Float tensor `(batch, num_nodes, units)`, compute dtype.

    State:
        kernel: `(features, units)`, trainable, drawn from U(-1/sqrt(units),
            1/sqrt(units)): the published code divides by the output width.

    Raises:
        ValueError: At construction, if `units < 1`.
        ValueError: At build, if `adjacency` is not `(num_nodes, num_nodes)`.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        if units < 1:
            raise ValueError(f"`units` must be at least 1. Received: units={units}")
        self.units = units

    def build(self, nodes_shape, adjacency_shape):
        num_nodes, features = nodes_shape[-2:]
        if tuple(adjacency_shape) != (num_nodes, num_nodes):
            raise ValueError(
                f"`adjacency` must have shape ({num_nodes}, {num_nodes}), one row and "
                f"column a node. Received: {tuple(adjacency_shape)}"
            )
        limit = 1 / math.sqrt(self.units)
        self.kernel = self.add_weight(
            shape=(features, self.units),
            initializer=keras.initializers.RandomUniform(-limit, limit),
            name="kernel",
        )

    def call(self, nodes, adjacency):
        return ops.matmul(adjacency, ops.matmul(nodes, self.kernel))

    def get_config(self):
        return {**super().get_config(), "units": self.units}
