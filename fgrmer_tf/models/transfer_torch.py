"""Weights of TransFER from PyTorch state dicts: whole, stem alone, encoder alone.

Source:
    Names: TransFER's and APViT's released code (whole), face.evoLVe `IR_50` (stem),
    timm's first `vit_small_patch16_224` (encoder).
"""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.layers.improved_residual import ImprovedResidualUnit
from fgrmer_tf.layers.local_attention import LocalAttention
from fgrmer_tf.layers.pre_norm_encoder import PreNormEncoderLayer
from fgrmer_tf.models.torch_file import StateDict

Pair = tuple[str, Any, Callable[[np.ndarray], np.ndarray]]
"""PyTorch name, Keras variable, and how the array becomes the variable's."""


def _same(array: np.ndarray) -> np.ndarray:
    return array


def _conv(array: np.ndarray) -> np.ndarray:
    return array.transpose(2, 3, 1, 0)


def _linear(array: np.ndarray) -> np.ndarray:
    return array.T


def _slope(array: np.ndarray) -> np.ndarray:
    return array[None, None]


def _batch_norm(name: str, layer: Any) -> Iterator[Pair]:
    yield f"{name}.weight", layer.gamma, _same
    yield f"{name}.bias", layer.beta, _same
    yield f"{name}.running_mean", layer.moving_mean, _same
    yield f"{name}.running_var", layer.moving_variance, _same


def _with_bias(name: str, layer: Any, turn: Callable) -> Iterator[Pair]:
    yield f"{name}.weight", layer.kernel, turn
    yield f"{name}.bias", layer.bias, _same


def _layer_norm(name: str, layer: Any) -> Iterator[Pair]:
    yield f"{name}.weight", layer.gamma, _same
    yield f"{name}.bias", layer.beta, _same


def _unit(name: str, unit: Any) -> Iterator[Pair]:
    yield from _batch_norm(f"{name}.res_layer.0", unit.first_norm)
    yield f"{name}.res_layer.1.weight", unit.first_conv.kernel, _conv
    yield f"{name}.res_layer.2.weight", unit.slope.alpha, _slope
    yield f"{name}.res_layer.3.weight", unit.second_conv.kernel, _conv
    yield from _batch_norm(f"{name}.res_layer.4", unit.second_norm)
    if unit.shortcut_conv is not None:
        yield f"{name}.shortcut_layer.0.weight", unit.shortcut_conv.kernel, _conv
        yield from _batch_norm(f"{name}.shortcut_layer.1", unit.shortcut_norm)


def _layers_of(model: keras.Model, kind: type) -> list[Any]:
    return [layer for layer in model.layers if isinstance(layer, kind)]


def _stem(model: keras.Model, prefix: str, *, flat: bool) -> Iterator[Pair]:
    conv: Any = model.get_layer("stem_conv")
    slope: Any = model.get_layer("stem_slope")
    yield f"{prefix}input_layer.0.weight", conv.kernel, _conv
    yield from _batch_norm(f"{prefix}input_layer.1", model.get_layer("stem_norm"))
    yield f"{prefix}input_layer.2.weight", slope.alpha, _slope
    for number, unit in enumerate(_layers_of(model, ImprovedResidualUnit)):
        stage, place = (int(x) for x in unit.name[5:].split("_unit"))
        where = f"{number}" if flat else f"{stage - 1}.{place - 1}"
        yield from _unit(f"{prefix}body.{where}", unit)


def _blocks(model: keras.Model, prefix: str) -> Iterator[Pair]:
    for number, block in enumerate(_layers_of(model, PreNormEncoderLayer)):
        name = f"{prefix}blocks.{number}"
        yield from _layer_norm(f"{name}.norm1", block.attention_norm)
        yield f"{name}.attn.qkv.weight", block.qkv.kernel, _linear
        yield from _with_bias(f"{name}.attn.proj", block.attention_out, _linear)
        yield from _layer_norm(f"{name}.norm2", block.feed_forward_norm)
        yield from _with_bias(f"{name}.mlp.fc1", block.feed_forward_in, _linear)
        yield from _with_bias(f"{name}.mlp.fc2", block.feed_forward_out, _linear)
    yield from _layer_norm(f"{prefix}norm", model.get_layer("final_norm"))


def _tokens(model: keras.Model, prefix: str) -> Iterator[Pair]:
    tokens: Any = model.get_layer("tokens")
    yield f"{prefix}cls_token", tokens.class_token, _same
    yield f"{prefix}pos_embed", tokens.positions, _same


def whole_pairs(model: keras.Model) -> list[Pair]:
    """Every weight of a TransFER state dict, in the order of the network.

    Args:
        model: From `build_transfer`, its local attentions batch-normalised.
    """
    pairs = [*_stem(model, "extractor.", flat=False)]
    for number, attention in enumerate(_layers_of(model, LocalAttention)):
        name = f"attention.las.{number}"
        pairs += _with_bias(f"{name}.LA_conv1", attention.hidden, _conv)
        pairs += _batch_norm(f"{name}.bn1", attention.hidden_norm)
        pairs += _with_bias(f"{name}.LA_conv2", attention.score, _conv)
        pairs += _batch_norm(f"{name}.bn2", attention.score_norm)
    pairs += _with_bias("convert.proj", model.get_layer("projection"), _conv)
    pairs += _tokens(model, "vit.")
    pairs += _blocks(model, "vit.")
    pairs += _with_bias("head.fc", model.get_layer("logits"), _linear)
    return pairs


def stem_pairs(model: keras.Model) -> list[Pair]:
    """The weights that face.evoLVe's `IR_50` shares with the stem."""
    return [*_stem(model, "", flat=True)]


def encoder_pairs(model: keras.Model) -> list[Pair]:
    """The weights that timm's first ViT-Small shares with the encoder."""
    return [*_tokens(model, ""), *_blocks(model, "")]


def load(pairs: list[Pair], state: StateDict, *, rest: tuple[str, ...] = ()) -> None:
    """Assigns every weight of `pairs`, or none.

    Args:
        pairs: From one of the three functions above.
        state: From `torch_file.read_state_dict`; a `module.` prefix on all names is
            dropped, and counters of batch normalisation are ignored.
        rest: Beginnings of names that may be there and are not used.

    Raises:
        InputError: If a tensor is missing, not expected, of the wrong shape or not
            finite: one message lists all of them.
    """
    if state and all(name.startswith("module.") for name in state):
        state = {name.removeprefix("module."): x for name, x in state.items()}
    expected = {name: (variable, turn) for name, variable, turn in pairs}
    given = {
        name: array
        for name, array in state.items()
        if not name.endswith("num_batches_tracked") and not name.startswith(rest)
    }
    faults = [f"missing: {name}" for name in expected if name not in given]
    faults += [f"not expected: {name}" for name in given if name not in expected]
    values = {}
    for name in expected.keys() & given.keys():
        variable, turn = expected[name]
        array = np.asarray(given[name])
        try:
            values[name] = np.asarray(turn(array), np.float32)
        except (ValueError, IndexError):
            values[name] = np.asarray(array, np.float32)
        if values[name].shape != tuple(variable.shape):
            faults.append(
                f"wrong shape: {name} gives {values[name].shape}, "
                f"{tuple(variable.shape)} is needed"
            )
        elif not np.isfinite(values[name]).all():
            faults.append(f"not finite: {name}")
    if faults:
        raise InputError(
            f"A state dict for this network has {len(expected)} tensors. Received one "
            f"with {len(faults)} faults:\n  " + "\n  ".join(sorted(faults)) + "\nBuild "
            "the network with the sizes of the file, or take another file."
        )
    for name, value in values.items():
        expected[name][0].assign(value)
