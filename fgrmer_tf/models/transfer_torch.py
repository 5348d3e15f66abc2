"""The weights of TransFER under the names that other releases give them.

Source:
    Names: TransFER's and APViT's released code (whole), face.evoLVe `IR_50` (stem),
    timm's first `vit_small_patch16_224` (encoder).
"""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from fgrmer_tf.layers.improved_residual import ImprovedResidualUnit
from fgrmer_tf.layers.local_attention import LocalAttention
from fgrmer_tf.layers.pre_norm_encoder import PreNormEncoderLayer
from fgrmer_tf.models.tensor_loading import Pair


def _same(array: np.ndarray) -> np.ndarray:
    return array


def _conv(array: np.ndarray) -> np.ndarray:
    return array.transpose(2, 3, 1, 0)


def _linear(array: np.ndarray) -> np.ndarray:
    return array.T


def _slope(array: np.ndarray) -> np.ndarray:
    return array[None, None]


def _batch_norm(name: str, layer: Any) -> Iterator[Pair]:
    yield Pair(f"{name}.weight", layer.gamma, _same)
    yield Pair(f"{name}.bias", layer.beta, _same)
    yield Pair(f"{name}.running_mean", layer.moving_mean, _same)
    yield Pair(f"{name}.running_var", layer.moving_variance, _same)


def _with_bias(name: str, layer: Any, turn: Callable) -> Iterator[Pair]:
    yield Pair(f"{name}.weight", layer.kernel, turn)
    yield Pair(f"{name}.bias", layer.bias, _same)


def _layer_norm(name: str, layer: Any) -> Iterator[Pair]:
    yield Pair(f"{name}.weight", layer.gamma, _same)
    yield Pair(f"{name}.bias", layer.beta, _same)


def _unit(name: str, unit: Any) -> Iterator[Pair]:
    yield from _batch_norm(f"{name}.res_layer.0", unit.first_norm)
    yield Pair(f"{name}.res_layer.1.weight", unit.first_conv.kernel, _conv)
    yield Pair(f"{name}.res_layer.2.weight", unit.slope.alpha, _slope)
    yield Pair(f"{name}.res_layer.3.weight", unit.second_conv.kernel, _conv)
    yield from _batch_norm(f"{name}.res_layer.4", unit.second_norm)
    if unit.shortcut_conv is not None:
        yield Pair(f"{name}.shortcut_layer.0.weight", unit.shortcut_conv.kernel, _conv)
        yield from _batch_norm(f"{name}.shortcut_layer.1", unit.shortcut_norm)


def _layers_of(model: keras.Model, kind: type) -> list[Any]:
    return [layer for layer in model.layers if isinstance(layer, kind)]


def _stem(model: keras.Model, prefix: str, *, flat: bool) -> Iterator[Pair]:
    conv: Any = model.get_layer("stem_conv")
    slope: Any = model.get_layer("stem_slope")
    yield Pair(f"{prefix}input_layer.0.weight", conv.kernel, _conv)
    yield from _batch_norm(f"{prefix}input_layer.1", model.get_layer("stem_norm"))
    yield Pair(f"{prefix}input_layer.2.weight", slope.alpha, _slope)
    for number, unit in enumerate(_layers_of(model, ImprovedResidualUnit)):
        stage, place = (int(x) for x in unit.name[5:].split("_unit"))
        where = f"{number}" if flat else f"{stage - 1}.{place - 1}"
        yield from _unit(f"{prefix}body.{where}", unit)


def _blocks(model: keras.Model, prefix: str) -> Iterator[Pair]:
    for number, block in enumerate(_layers_of(model, PreNormEncoderLayer)):
        name = f"{prefix}blocks.{number}"
        yield from _layer_norm(f"{name}.norm1", block.attention_norm)
        yield Pair(f"{name}.attn.qkv.weight", block.qkv.kernel, _linear)
        yield from _with_bias(f"{name}.attn.proj", block.attention_out, _linear)
        yield from _layer_norm(f"{name}.norm2", block.feed_forward_norm)
        yield from _with_bias(f"{name}.mlp.fc1", block.feed_forward_in, _linear)
        yield from _with_bias(f"{name}.mlp.fc2", block.feed_forward_out, _linear)
    yield from _layer_norm(f"{prefix}norm", model.get_layer("final_norm"))


def _tokens(model: keras.Model, prefix: str) -> Iterator[Pair]:
    tokens: Any = model.get_layer("tokens")
    yield Pair(f"{prefix}cls_token", tokens.class_token, _same)
    yield Pair(f"{prefix}pos_embed", tokens.positions, _same)


def whole_pairs(model: keras.Model) -> list[Pair]:
    """Every weight of TransFER by PyTorch names, in the order of the network.

    Args:
        model: From `build_transfer`.
    """
    pairs = [*_stem(model, "extractor.", flat=False)]
    for number, attention in enumerate(_layers_of(model, LocalAttention)):
        name = f"attention.las.{number}"
        pairs += _with_bias(f"{name}.LA_conv1", attention.hidden, _conv)
        pairs += _with_bias(f"{name}.LA_conv2", attention.score, _conv)
        if attention.normalize:
            pairs += _batch_norm(f"{name}.bn1", attention.hidden_norm)
            pairs += _batch_norm(f"{name}.bn2", attention.score_norm)
    pairs += _with_bias("convert.proj", model.get_layer("projection"), _conv)
    pairs += _tokens(model, "vit.")
    pairs += _blocks(model, "vit.")
    pairs += _with_bias("head.fc", model.get_layer("logits"), _linear)
    return pairs


def paddle_pairs(model: keras.Model) -> list[Pair]:
    """Every weight of TransFER as the released Paddle code names and lays it out.

    Source:
        `Paddle/ppcls/arch/backbone/model_zoo/trans_fer.py`, `irse.py`, `la_max.py`: the
        body's units are numbered through, and linear weights are inputs by outputs.
    """
    stem = [*_stem(model, "extractor.", flat=True)]
    return [
        Pair(
            name.replace("running_mean", "_mean").replace("running_var", "_variance"),
            variable,
            _same if turn is _linear else turn,
        )
        for name, variable, turn, _ in [*stem, *whole_pairs(model)[len(stem) :]]
    ]


def apvit_pairs(model: keras.Model) -> list[Pair]:
    """The weights that APViT shares with TransFER: all but the local attentions.

    Source:
        `mmcls/models/classifiers/pool_vit.py`, `vit/vit_siam_merge.py` (`PoolingViT`),
        `configs/apvit/RAF.py`: its encoder projects, and the class token's position is
        a tensor of its own.
    """
    pairs = []
    for pair in whole_pairs(model):
        if pair.name == "vit.pos_embed":
            first, others = slice(0, 1), slice(1, None)
            pairs.append(Pair("vit.cls_pos_embed", pair.variable, _same, first))
            pairs.append(Pair("vit.patch_pos_embed", pair.variable, _same, others))
        elif not pair.name.startswith("attention."):
            name = pair.name.replace("convert.proj.", "vit.projs.0.")
            pairs.append(pair._replace(name=name))
    return pairs


def stem_pairs(model: keras.Model) -> list[Pair]:
    """The weights that face.evoLVe's `IR_50` shares with the stem."""
    return [*_stem(model, "", flat=True)]


def encoder_pairs(model: keras.Model) -> list[Pair]:
    """The weights that timm's first ViT-Small shares with the encoder."""
    return [*_tokens(model, ""), *_blocks(model, "")]
