"""Fusion: how far the face agrees with each AU node."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="fgrmer_tf")
class RegionFusion(keras.layers.Layer):
    """Scores every AU node by the features of the face region it lies in.

    A score is the inner product of a brow node with the brow features, or of a mouth
    node with the mouth features.

    Source:
        Lei et al., CVPRW 2021, fusion. Published code: `t_g_model_3and6.py`,
        `forward`. Differs: no.

    Args:
        num_brow_nodes: int, at least 1. Nodes that lie in the brow: the first ones.

    Call arguments:
        brow: Float tensor `(batch, features)`. Unitless.
        mouth: Float tensor `(batch, features)`. Unitless.
        nodes: Float tensor `(batch, num_nodes, features)`, or with a first axis of 1
            when all samples share the nodes.

    Returns:
        Float tensor `(batch, num_nodes)`, compute dtype, in the order of the nodes.

    Raises:
        ValueError: At construction, if `num_brow_nodes < 1`.
        ValueError: At build, if no node is left for the mouth.
    """

    def __init__(self, num_brow_nodes, **kwargs):
        super().__init__(**kwargs)
        if num_brow_nodes < 1:
            raise ValueError(
                "`num_brow_nodes` must be at least 1. "
                f"Received: num_brow_nodes={num_brow_nodes}"
            )
        self.num_brow_nodes = num_brow_nodes

    def build(self, brow_shape, mouth_shape, nodes_shape):
        if nodes_shape[-2] <= self.num_brow_nodes:
            raise ValueError(
                f"`nodes` must hold more than the {self.num_brow_nodes} brow nodes. "
                f"Received: {nodes_shape[-2]} nodes"
            )

    def call(self, brow, mouth, nodes):
        parts: Any = ops.split(nodes, [self.num_brow_nodes], axis=1)
        scores = [
            ops.matmul(region_nodes, ops.expand_dims(features, -1))
            for region_nodes, features in zip(parts, (brow, mouth), strict=True)
        ]
        return ops.squeeze(ops.concatenate(scores, axis=1), -1)

    def get_config(self):
        return {**super().get_config(), "num_brow_nodes": self.num_brow_nodes}
