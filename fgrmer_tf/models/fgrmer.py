"""FGRMER as a functional Keras model.

Sizes below are those of the published code, `t_g_model_3and6.py`.
"""

import keras

from fgrmer_tf.config import (
    AdjacencyNormalization,
    AUBranch,
    AUEmbedding,
    LandmarkNormalization,
    LinearInput,
    LinearPathKind,
)
from fgrmer_tf.errors import InputError
from fgrmer_tf.layers.encoder import NORM_EPSILON
from fgrmer_tf.layers.fusion import RegionFusion
from fgrmer_tf.layers.linear_path import LinearPath
from fgrmer_tf.models.branches import au_nodes, dense, node_learning, region_features
from fgrmer_tf.spec import BROW_AUS, NUM_AUS, NUM_PATCHES, PATCH_SIZE


def build_fgrmer(
    *,
    num_classes: int,
    channels: int,
    au_embedding: AUEmbedding,
    embedding_dim: int,
    encoder_depth: int,
    dropout_rate: float,
    attention_dropout_rate: float,
    direct_head: bool,
    adjacency_normalization: AdjacencyNormalization,
    learned_edges: bool,
    au_branch: AUBranch,
    landmark_normalization: LandmarkNormalization,
    linear_path: LinearPathKind,
    linear_input: LinearInput,
    map_size: int,
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
        learned_edges: See `Adjacency`.
        au_branch: `graph` (published), or `free`: the nodes are weights, and neither
            embeddings nor adjacency exist.
        landmark_normalization: `batch` (published) over each landmark's maps, or
            `layer` over all maps of a clip.
        linear_path: `none` (published); `trained`: a `LinearPath` whose logits are
            added, trained with the rest; `fitted`: one that is not trained, but set.
        linear_input: What the linear path reads: `patches`, or the `map`.
        map_size: Side of the map, at least 1 [px].

    Returns:
        A model named `fgrmer` from `{"patches": (batch, landmarks, patch_h, patch_w,
        channels)}`, with `"au_embeddings": (batch, num_nodes, embedding_dim)` beside
        it if `given`, and `"motion_map": (batch, map_size, map_size, channels)` if the
        linear path reads it, to `{"logits": (batch, num_classes)}`. Its adjacency is
        the identity until `set_adjacency`, its linear path says nothing until
        `set_linear_path`. Under a mixed-precision policy the head, from
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
    inputs, embeddings = {"patches": patches}, None
    if au_embedding == "given" and au_branch == "graph":
        embeddings = keras.Input((NUM_AUS, embedding_dim), name="au_embeddings")
        inputs["au_embeddings"] = embeddings
    nodes = au_nodes(
        patches,
        embeddings,
        embedding_dim=embedding_dim,
        branch=au_branch,
        normalization=adjacency_normalization,
        learned_edges=learned_edges,
    )
    brow, mouth = (
        region_features(
            tokens,
            region,
            encoder_depth=encoder_depth,
            dropout_rate=dropout_rate,
            attention_rate=attention_dropout_rate,
        )
        for region, tokens in zip(
            ("brow", "mouth"),
            node_learning(patches, landmark_normalization),
            strict=True,
        )
    )
    # Scores of a new model are about 1e-4: their variance is nothing in float16.
    dtype = keras.config.dtype_policy().variable_dtype
    scores = RegionFusion(len(BROW_AUS), name="fusion", dtype=dtype)(brow, mouth, nodes)
    scores = keras.layers.LayerNormalization(
        epsilon=NORM_EPSILON, name="fusion_normalization", dtype=dtype
    )(scores)
    logits = [dense(scores, num_classes, "logits", dtype=dtype)]
    if direct_head:
        features = keras.layers.Concatenate(name="region_features")([brow, mouth])
        logits.append(dense(features, num_classes, "direct_logits", dtype=dtype))
    if linear_path != "none":
        values = patches
        if linear_input == "map":
            values = keras.Input((map_size, map_size, channels), name="motion_map")
            inputs["motion_map"] = values
        values = keras.layers.Flatten(name="linear_values", dtype=dtype)(values)
        learns = linear_path == "trained"
        path = LinearPath(num_classes, learns, name="linear_path", dtype=dtype)
        logits.append(path(values))
    if len(logits) > 1:
        logits = [keras.layers.Add(name="summed_logits", dtype=dtype)(logits)]
    (logits,) = logits
    return keras.Model(inputs, {"logits": logits}, name="fgrmer")
