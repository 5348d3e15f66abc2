"""FGRMER as a functional Keras model.

Sizes below are those of the published code, `t_g_model_3and6.py`.
"""

import keras
import numpy as np

from fgrmer_tf.config import AdjacencyNormalization
from fgrmer_tf.config import AUEmbedding as AUEmbeddingSource
from fgrmer_tf.errors import InputError
from fgrmer_tf.layers.au_embedding import AUEmbedding
from fgrmer_tf.layers.encoder import NORM_EPSILON, EncoderLayer
from fgrmer_tf.layers.fusion import RegionFusion
from fgrmer_tf.layers.graph_convolution import Adjacency, GraphConvolution
from fgrmer_tf.layers.initializers import fan_in_uniform
from fgrmer_tf.layers.node_learning import LandmarkConvolution, RegionTokens
from fgrmer_tf.spec import (
    BROW_AUS,
    NUM_AUS,
    NUM_BROW,
    NUM_MOUTH,
    NUM_PATCHES,
    PATCH_SIZE,
)

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


def _node_learning(patches):
    maps = LandmarkConvolution(KERNEL_SIZE, name="landmark_convolution")(patches)
    maps = keras.layers.BatchNormalization(
        epsilon=BATCH_NORM_EPSILON,
        momentum=BATCH_NORM_MOMENTUM,
        name="landmark_normalization",
    )(maps)
    maps = keras.layers.ReLU(name="landmark_relu")(maps)
    return RegionTokens((NUM_BROW, NUM_MOUTH), name="region_tokens")(maps)


def _region_features(tokens, region, *, encoder_depth, dropout_rate, attention_rate):
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
    features = _dense(features, REGION_HIDDEN_UNITS, f"{region}_hidden")
    features = keras.layers.ReLU(name=f"{region}_hidden_relu")(features)
    features = keras.layers.Dropout(dropout_rate, name=f"{region}_dropout")(features)
    features = _dense(features, REGION_FEATURES, f"{region}_features")
    return keras.layers.ReLU(name=f"{region}_features_relu")(features)


def _dense(inputs, units, name, dtype=None):
    fan_in = inputs.shape[-1]
    return keras.layers.Dense(
        units,
        kernel_initializer=fan_in_uniform(fan_in),
        bias_initializer=fan_in_uniform(fan_in),
        name=name,
        dtype=dtype,
    )(inputs)


def _graph_features(nodes, normalization):
    adjacency = Adjacency(normalization, name="adjacency")(nodes)
    for depth, units in enumerate((GRAPH_HIDDEN_UNITS, REGION_FEATURES), start=1):
        nodes = GraphConvolution(units, name=f"graph_convolution_{depth}")(
            nodes, adjacency
        )
        nodes = keras.layers.LeakyReLU(LEAKY_RELU_SLOPE, name=f"graph_relu_{depth}")(
            nodes
        )
    return nodes


def build_fgrmer(
    *,
    num_classes: int,
    channels: int,
    au_embedding: AUEmbeddingSource,
    embedding_dim: int,
    encoder_depth: int,
    dropout_rate: float,
    attention_dropout_rate: float,
    direct_head: bool,
    adjacency_normalization: AdjacencyNormalization,
) -> keras.Model:
    """Builds FGRMER; the arguments are the fields of `fgrmer_tf.config.ModelConfig`.

    Patches become tokens (depthwise convolution), tokens of brow and mouth become
    features (encoder, two dense layers), AU embeddings become nodes (two graph
    convolutions); nodes and features meet in an inner product, whose nine scores are
    classified.

    Source:
        Lei et al., CVPRW 2021; published code `t_g_model_3and6.py`. Differs, each with
        its reason in `docs/reproduction.md`: encoder layers are truly chained, logits
        come out instead of log-probabilities, and the AU embeddings may be an input.

    Args:
        num_classes: Emotion classes, at least 2.
        channels: Channels of a patch, at least 1.
        au_embedding: `learned` (published): vectors inside the model, the same for
            every sample; `given`: a second input.
        embedding_dim: Width of an AU embedding, at least 1.
        encoder_depth: Encoder layers of each region, at least 1.
        dropout_rate: Drop probability after dense layers, in [0, 1).
        attention_dropout_rate: Drop probability of attention weights, in [0, 1).
        direct_head: Whether a linear layer from the region features to the classes is
            added to the logits. The published form has none: there all features pass
            through nine AU scores, measured to be its bottleneck on real data.
        adjacency_normalization: See `Adjacency`.

    Returns:
        A model named `fgrmer` from `{"patches": (batch, landmarks, patch_h, patch_w,
        channels)}`, with `"au_embeddings": (batch, num_nodes, embedding_dim)` beside
        it if `given`, to `{"logits": (batch, num_classes)}`. Its adjacency is the
        identity until `set_adjacency`. Under a mixed-precision policy the head, from
        fusion to logits, stays in the variable dtype.

    Raises:
        InputError: If `au_embedding` is neither `given` nor `learned`.
    """
    if au_embedding not in ("given", "learned"):
        raise InputError(
            "`au_embedding` must be 'given' or 'learned'. "
            f"Received: au_embedding={au_embedding!r}."
        )
    patches = keras.Input(
        (NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, channels), name="patches"
    )
    inputs = {"patches": patches}
    if au_embedding == "given":
        nodes = keras.Input((NUM_AUS, embedding_dim), name="au_embeddings")
        inputs["au_embeddings"] = nodes
    else:
        nodes = AUEmbedding(NUM_AUS, embedding_dim, name="au_embedding")(patches)
    nodes = _graph_features(nodes, adjacency_normalization)

    brow, mouth = (
        _region_features(
            tokens,
            region,
            encoder_depth=encoder_depth,
            dropout_rate=dropout_rate,
            attention_rate=attention_dropout_rate,
        )
        for region, tokens in zip(
            ("brow", "mouth"), _node_learning(patches), strict=True
        )
    )

    # Scores of a new model are about 1e-4: their variance is nothing in float16.
    dtype = keras.config.dtype_policy().variable_dtype
    scores = RegionFusion(len(BROW_AUS), name="fusion", dtype=dtype)(brow, mouth, nodes)
    scores = keras.layers.LayerNormalization(
        epsilon=NORM_EPSILON, name="fusion_normalization", dtype=dtype
    )(scores)
    logits = _dense(scores, num_classes, "logits", dtype=dtype)
    if direct_head:
        features = keras.layers.Concatenate(name="region_features")([brow, mouth])
        direct = _dense(features, num_classes, "direct_logits", dtype=dtype)
        logits = keras.layers.Add(name="summed_logits", dtype=dtype)([logits, direct])
    return keras.Model(inputs, {"logits": logits}, name="fgrmer")


def set_adjacency(model: keras.Model, adjacency: np.ndarray) -> None:
    """Replaces the raw adjacency of a model from `build_fgrmer`.

    Args:
        model: The model; changed in place, in training and in saved files alike.
        adjacency: `(num_nodes, num_nodes)`, column-conditional: `[i, j]` is
            `P(node i | node j)`, at least 0. The diagonal is used as given: add the
            identity first.

    Raises:
        InputError: If the shape is wrong, an entry is negative, NaN or infinite, or a
            row or column sums to 0.
    """
    adjacency = np.asarray(adjacency, np.float32)
    if adjacency.shape != (NUM_AUS, NUM_AUS):
        raise InputError(
            f"`adjacency` must have shape ({NUM_AUS}, {NUM_AUS}), one row and column "
            f"an AU node. Received: {adjacency.shape}."
        )
    if not np.isfinite(adjacency).all() or adjacency.min() < 0:
        raise InputError(
            "`adjacency` must be finite and at least 0. "
            f"Received: minimum {adjacency.min()}, maximum {adjacency.max()}."
        )
    for axis, line in enumerate(("column", "row")):
        empty = np.flatnonzero(adjacency.sum(axis) == 0)
        if empty.size:
            raise InputError(
                f"Every {line} of `adjacency` must have a positive sum, or it cannot "
                f"be normalised. Received: {line}s {empty.tolist()} sum to 0. "
                "Add the identity."
            )
    model.get_layer("adjacency").raw.assign(adjacency)
