"""TransFER as a functional Keras model."""

from typing import Any

import keras

from fgrmer_tf.layers.attention_dropping import AttentionDropping
from fgrmer_tf.layers.class_token import ClassTokenAndPositions
from fgrmer_tf.layers.drop_block import DropBlock
from fgrmer_tf.layers.improved_residual import (
    ImprovedResidualUnit,
    batch_normalization,
    channel_prelu,
)
from fgrmer_tf.layers.local_attention import LocalAttention, MaxOut
from fgrmer_tf.layers.pre_norm_encoder import NORM_EPSILON, PreNormEncoderLayer
from fgrmer_tf.transfer_config import TransferConfig

MAP_DROPPING = "map_dropping"
MAX_OUT = "max_out"
"""Names of the layers that see the attention maps; see `transfer_attention.py`."""


def _stem(images, config: TransferConfig):
    features = keras.layers.ZeroPadding2D(1, name="stem_padding")(images)
    features = keras.layers.Conv2D(
        config.stem_filters[0],
        3,
        strides=config.stem_strides,
        use_bias=False,
        kernel_initializer="he_normal",
        name="stem_conv",
    )(features)
    features = batch_normalization("stem_norm")(features)
    features = channel_prelu("stem_slope")(features)
    stages = zip(config.stem_filters, config.stem_units, strict=True)
    for stage, (filters, units) in enumerate(stages, start=1):
        for unit in range(1, units + 1):
            features = ImprovedResidualUnit(
                filters, strides=2 if unit == 1 else 1, name=f"stage{stage}_unit{unit}"
            )(features)
    return features


def _map_dropping(config: TransferConfig) -> Any:
    """What stands between the maps and their maximum."""
    rate = config.map_drop_rate
    if config.map_drop == "attention":
        return AttentionDropping(rate, axis=-1, name=MAP_DROPPING)
    if config.map_drop == "dropout":
        return keras.layers.Dropout(rate, name=MAP_DROPPING)
    if config.map_drop == "spatial":
        return keras.layers.SpatialDropout2D(rate, name=MAP_DROPPING)
    return DropBlock(rate, config.block_size, name=MAP_DROPPING)


def _attended(features, config: TransferConfig):
    """The features times the largest of the local attention maps."""
    maps = [
        LocalAttention(
            config.attention_reduction,
            config.attention_norm,
            name=f"local_attention_{number}",
        )(features)
        for number in range(1, config.local_attentions + 1)
    ]
    stacked: Any = (
        keras.layers.Concatenate(name="local_attentions")(maps)
        if len(maps) > 1
        else maps[0]
    )
    kept = _map_dropping(config)(stacked)
    largest = MaxOut(name=MAX_OUT)(kept)
    return keras.layers.Multiply(name="attended")([features, largest])


def build_transfer(config: TransferConfig) -> keras.Model:
    """Builds TransFER.

    A stem of residual units gives a grid of features; local attention maps, one of
    which may be dropped, choose places of it; an encoder, whose heads may be dropped,
    relates the places; its class token is classified.

    Source:
        Xue et al., ICCV 2021; released code `trans_fer.py` (Paddle). Differs: heads
        are dropped as the paper says unless `head_drop` is `reference`.

    Args:
        config: Sizes and dropping.

    Returns:
        A model named `transfer` from `{"images": (batch, image_size, image_size, 3)}`,
        RGB of [0, 255] normalised by `spec.IMAGE_MEAN` and `IMAGE_DEVIATION`, to
        `{"logits": (batch, num_classes)}`. Under a mixed-precision policy the
        classifier stays in the variable dtype.
    """
    images = keras.Input((config.image_size, config.image_size, 3), name="images")
    features = _stem(images, config)
    if config.local_attentions:
        features = _attended(features, config)
    features = keras.layers.Conv2D(config.embedding_dim, 1, name="projection")(features)
    tokens = ClassTokenAndPositions(config.position_deviation, name="tokens")(features)
    for depth in range(1, config.encoder_depth + 1):
        tokens = PreNormEncoderLayer(
            num_heads=config.num_heads,
            hidden_units=config.feed_forward_units,
            head_drop_rate=config.head_drop_rate,
            head_drop=config.head_drop,
            attention_scale=config.attention_scale,
            start_deviation=config.start_deviation,
            name=f"encoder_{depth}",
        )(tokens)
    tokens = keras.layers.LayerNormalization(epsilon=NORM_EPSILON, name="final_norm")(
        tokens
    )
    first = keras.layers.Cropping1D((0, tokens.shape[1] - 1), name="class_token")(
        tokens
    )
    logits = keras.layers.Dense(
        config.num_classes,
        kernel_initializer="zeros",
        name="logits",
        dtype=keras.config.dtype_policy().variable_dtype,
    )(keras.layers.Flatten(name="class_features")(first))
    return keras.Model({"images": images}, {"logits": logits}, name="transfer")
