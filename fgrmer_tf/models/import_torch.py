"""Weights of the published PyTorch model, mapped onto `build_fgrmer`'s."""

import dataclasses

import keras
import numpy as np

from fgrmer_tf.config import ModelConfig
from fgrmer_tf.models.computed_weights import set_adjacency
from fgrmer_tf.models.fgrmer import build_fgrmer
from fgrmer_tf.models.torch_file import StateDict
from fgrmer_tf.models.torch_state import (
    LIVE_ENCODER_LAYER,
    PUBLISHED_EMBEDDING_DIM,
    STACKS,
    checked,
    num_classes_of,
)


def _assign_encoder(layer: keras.Layer, tensors: StateDict) -> None:
    projections = [tensors[f"slf_attn.w_{part}s.weight"].T for part in "qkv"]
    layer.attention.set_weights(
        [np.concatenate(projections, axis=1), tensors["slf_attn.fc.weight"].T]
    )
    for dense, name in (
        (layer.feed_forward_in, "pos_ffn.w_1"),
        (layer.feed_forward_out, "pos_ffn.w_2"),
    ):
        dense.set_weights([tensors[f"{name}.weight"].T, tensors[f"{name}.bias"]])
    for norm, name in (
        (layer.attention_norm, "slf_attn.layer_norm"),
        (layer.feed_forward_norm, "pos_ffn.layer_norm"),
    ):
        norm.set_weights([tensors[f"{name}.weight"], tensors[f"{name}.bias"]])


def import_state_dict(state: StateDict) -> tuple[ModelConfig, keras.Model]:
    """Builds the model that a published state dict describes, with its weights.

    Source:
        Published code: `t_g_model_3and6.py`. The stored `A` holds the identity already.

    Args:
        state: From `read_state_dict`, and as `checked` wants it. The number of classes
            is that of `linear5`.

    Returns:
        The settings (`learned`, one channel, one encoder layer) and the model built
        from them. The model has one input, `patches`.

    Raises:
        InputError: If `checked` refuses the state dict, or `set_adjacency` its `A`.
    """
    state = checked(state)
    config = ModelConfig(
        direct_head=False,
        num_classes=num_classes_of(state),
        channels=1,
        au_embedding="learned",
        embedding_dim=PUBLISHED_EMBEDDING_DIM,
        encoder_depth=1,
        adjacency_normalization="official",
    )
    model = build_fgrmer(**dataclasses.asdict(config))
    set_adjacency(model, state["A"])

    # (landmarks, 1, row, column) in PyTorch, (row, column, landmarks, 1) in Keras.
    filters = state["depth_wise_conv.weight"].transpose(2, 3, 0, 1)
    convolution = model.get_layer("landmark_convolution").depthwise
    convolution.set_weights([filters, state["depth_wise_conv.bias"]])
    model.get_layer("landmark_normalization").set_weights(
        [state[f"bn1.{n}"] for n in ("weight", "bias", "running_mean", "running_var")]
    )
    for region, stack in STACKS.items():
        prefix = f"{stack}.{LIVE_ENCODER_LAYER}."
        _assign_encoder(
            model.get_layer(f"{region}_encoder_1"),
            {
                name.removeprefix(prefix): value
                for name, value in state.items()
                if name.startswith(prefix)
            },
        )
    for layer, name in (
        ("brow_hidden", "linear1"),
        ("mouth_hidden", "linear2"),
        ("brow_features", "linear3"),
        ("mouth_features", "linear4"),
        ("logits", "linear5"),
    ):
        model.get_layer(layer).set_weights(
            [state[f"{name}.weight"].T, state[f"{name}.bias"]]
        )
    model.get_layer("au_embedding").set_weights([state["embedding.weight"]])
    model.get_layer("graph_convolution_1").set_weights([state["gc1_1.weight"]])
    model.get_layer("graph_convolution_2").set_weights([state["gc1_2.weight"]])
    model.get_layer("fusion_normalization").set_weights(
        [state["layer_norm1.weight"], state["layer_norm1.bias"]]
    )
    return config, model
