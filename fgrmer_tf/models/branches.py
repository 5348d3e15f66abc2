"""The branches of FGRMER: landmarks to region features, AU embeddings to nodes."""

from typing import Any

import keras

from fgrmer_tf.config import AdjacencyNormalization, AUBranch, LandmarkNormalization
from fgrmer_tf.layers.au_embedding import AUEmbedding
from fgrmer_tf.layers.dropout import FastDropout
from fgrmer_tf.layers.encoder import EncoderLayer
from fgrmer_tf.layers.graph_convolution import Adjacency, GraphConvolution
from fgrmer_tf.layers.initializers import fan_in_uniform
from fgrmer_tf.layers.node_learning import LandmarkConvolution, RegionTokens
from fgrmer_tf.spec import NUM_AUS, NUM_BROW, NUM_MOUTH

KERNEL_SIZE = 3
BATCH_NORM_EPSILON = 1e-5
BATCH_NORM_MOMENTUM = 0.9
"""Share of the old statistics that is kept: PyTorch's 0.1, told the other way round."""
NUM_HEADS, KEY_DIM, FEED_FORWARD_UNITS = 8, 16, 128
REGION_HIDDEN_UNITS = 320
REGION_FEATURES = 160
"""Width of a region's features and, since fusion multiplies them, of the last nodes."""
GRAPH_HIDDEN_UNITS = 80
LEAKY_RELU_SLOPE = 0.2


def node_learning(patches, normalization: LandmarkNormalization):
    """Tokens of brow and mouth, `(batch, landmarks of the region, features)`."""
    maps = LandmarkConvolution(KERNEL_SIZE, name="landmark_convolution")(patches)
    name = "landmark_normalization"
    if normalization == "batch":
        maps = keras.layers.BatchNormalization(
            epsilon=BATCH_NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM, name=name
        )(maps)
    else:
        axes: Any = [1, 2, 3]
        maps = keras.layers.LayerNormalization(
            axis=axes, epsilon=BATCH_NORM_EPSILON, name=name
        )(maps)
    maps = keras.layers.ReLU(name="landmark_relu")(maps)
    return RegionTokens((NUM_BROW, NUM_MOUTH), name="region_tokens")(maps)


def region_features(tokens, region, *, encoder_depth, dropout_rate, attention_rate):
    """What a region shows, `(batch, REGION_FEATURES)`."""
    # Chained: the published loop gives every layer the same tokens and keeps the
    # output of the last, so it has one live layer whatever its depth.
    for depth in range(1, encoder_depth + 1):
        tokens = EncoderLayer(
            num_heads=NUM_HEADS,
            key_dim=KEY_DIM,
            hidden_units=FEED_FORWARD_UNITS,
            dropout_rate=dropout_rate,
            attention_dropout_rate=attention_rate,
            name=f"{region}_encoder_{depth}",
        )(tokens)
    features = keras.layers.Flatten(name=f"{region}_flatten")(tokens)
    features = dense(features, REGION_HIDDEN_UNITS, f"{region}_hidden")
    features = keras.layers.ReLU(name=f"{region}_hidden_relu")(features)
    features = FastDropout(dropout_rate, name=f"{region}_dropout")(features)
    features = dense(features, REGION_FEATURES, f"{region}_features")
    return keras.layers.ReLU(name=f"{region}_features_relu")(features)


def dense(inputs, units, name, dtype=None):
    """A dense layer that starts as in PyTorch."""
    fan_in = inputs.shape[-1]
    return keras.layers.Dense(
        units,
        kernel_initializer=fan_in_uniform(fan_in),
        bias_initializer=fan_in_uniform(fan_in),
        name=name,
        dtype=dtype,
    )(inputs)


def au_nodes(
    patches,
    embeddings,
    *,
    embedding_dim,
    branch: AUBranch,
    normalization: AdjacencyNormalization,
    learned_edges: bool,
):
    """AU nodes `(batch or 1, num_nodes, REGION_FEATURES)`.

    Args:
        patches: What the nodes that are learned hang on.
        embeddings: Given embeddings, or `None` if they are learned.
        embedding_dim: Width of an embedding.
        branch: `free` learns the nodes themselves, without embeddings and graph.
        normalization: As in `Adjacency`.
        learned_edges: As in `Adjacency`.
    """
    if branch == "free":
        return AUEmbedding(NUM_AUS, REGION_FEATURES, name="au_nodes")(patches)
    nodes = embeddings
    if nodes is None:
        nodes = AUEmbedding(NUM_AUS, embedding_dim, name="au_embedding")(patches)
    adjacency = Adjacency(normalization, learned_edges, name="adjacency")(nodes)
    for depth, units in enumerate((GRAPH_HIDDEN_UNITS, REGION_FEATURES), start=1):
        nodes = GraphConvolution(units, name=f"graph_convolution_{depth}")(
            nodes, adjacency
        )
        nodes = keras.layers.LeakyReLU(LEAKY_RELU_SLOPE, name=f"graph_relu_{depth}")(
            nodes
        )
    return nodes
