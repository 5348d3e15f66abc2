"""Weights of the published PyTorch model, mapped onto `build_fgrmer`'s.

The published model has six encoder layers a region, but its loop feeds each of them the
same input and keeps the last output: layers 0 to 4 do not touch the result. They must
be in the file, rightly shaped, so that a truncated or foreign file is refused; only
layer 5 is read.
"""

import dataclasses

import keras
import numpy as np

from fgrmer_tf.config import ModelConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models import fgrmer
from fgrmer_tf.models.torch_file import StateDict
from fgrmer_tf.spec import NUM_AUS, NUM_BROW, NUM_MOUTH, NUM_PATCHES, PATCH_SIZE

PUBLISHED_ENCODER_LAYERS = 6
LIVE_ENCODER_LAYER = PUBLISHED_ENCODER_LAYERS - 1
PUBLISHED_EMBEDDING_DIM = 40
STACKS = {"brow": "layer_stack", "mouth": "layer_stack1"}
DATA_PARALLEL_PREFIX = "module."
IGNORED = frozenset({"bn1.num_batches_tracked"})
"""A counter of PyTorch's batch normalisation that has no part in the result."""


def expected_shapes(num_classes: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the published state dict, counters left out.

    Args:
        num_classes: Emotion classes.

    Returns:
        Shape by name, in PyTorch's layout.
    """
    features = PATCH_SIZE**2
    attention = fgrmer.NUM_HEADS * fgrmer.KEY_DIM
    hidden = fgrmer.FEED_FORWARD_UNITS
    layer = {
        "slf_attn.w_qs.weight": (attention, features),
        "slf_attn.w_ks.weight": (attention, features),
        "slf_attn.w_vs.weight": (attention, features),
        "slf_attn.fc.weight": (features, attention),
        "slf_attn.layer_norm.weight": (features,),
        "slf_attn.layer_norm.bias": (features,),
        "pos_ffn.w_1.weight": (hidden, features),
        "pos_ffn.w_1.bias": (hidden,),
        "pos_ffn.w_2.weight": (features, hidden),
        "pos_ffn.w_2.bias": (features,),
        "pos_ffn.layer_norm.weight": (features,),
        "pos_ffn.layer_norm.bias": (features,),
    }
    region, nodes = fgrmer.REGION_HIDDEN_UNITS, fgrmer.REGION_FEATURES
    linear = {
        "linear1": (region, NUM_BROW * features),
        "linear2": (region, NUM_MOUTH * features),
        "linear3": (nodes, region),
        "linear4": (nodes, region),
        "linear5": (num_classes, NUM_AUS),
    }
    return {
        "A": (NUM_AUS, NUM_AUS),
        "depth_wise_conv.weight": (NUM_PATCHES, 1, *[fgrmer.KERNEL_SIZE] * 2),
        "depth_wise_conv.bias": (NUM_PATCHES,),
        **{
            f"bn1.{name}": (NUM_PATCHES,)
            for name in ("weight", "bias", "running_mean", "running_var")
        },
        **{
            f"{stack}.{index}.{name}": shape
            for stack in STACKS.values()
            for index in range(PUBLISHED_ENCODER_LAYERS)
            for name, shape in layer.items()
        },
        **{f"{name}.weight": shape for name, shape in linear.items()},
        **{f"{name}.bias": shape[:1] for name, shape in linear.items()},
        "embedding.weight": (NUM_AUS, PUBLISHED_EMBEDDING_DIM),
        "gc1_1.weight": (PUBLISHED_EMBEDDING_DIM, fgrmer.GRAPH_HIDDEN_UNITS),
        "gc1_2.weight": (fgrmer.GRAPH_HIDDEN_UNITS, nodes),
        "layer_norm1.weight": (NUM_AUS,),
        "layer_norm1.bias": (NUM_AUS,),
    }


def _num_classes(state: StateDict) -> int:
    classifier = state.get("linear5.weight")
    if classifier is None or classifier.ndim != 2 or len(classifier) < 2:
        return ModelConfig.num_classes
    return len(classifier)


def _finite(array: np.ndarray) -> bool:
    if array.dtype.kind not in "fiu":
        return False
    # float64 beyond the range of float32 would become infinite on assignment.
    return bool((np.abs(array) <= np.finfo(np.float32).max).all())


def _checked(state: StateDict) -> StateDict:
    """The state dict as float32, without `module.` prefix and counters."""
    if all(name.startswith(DATA_PARALLEL_PREFIX) for name in state):
        state = {
            name.removeprefix(DATA_PARALLEL_PREFIX): value
            for name, value in state.items()
        }
    expected = expected_shapes(_num_classes(state))
    state = {name: value for name, value in state.items() if name not in IGNORED}
    shared = sorted(expected.keys() & state.keys())
    problems = [
        *(f"missing: {name}" for name in sorted(expected.keys() - state.keys())),
        *(f"not expected: {name}" for name in sorted(state.keys() - expected.keys())),
        *(
            f"wrong shape: {name} must be {expected[name]}, is {state[name].shape}"
            for name in shared
            if state[name].shape != expected[name]
        ),
        *(f"not finite numbers: {name}" for name in shared if not _finite(state[name])),
    ]
    if problems:
        raise InputError(
            f"A state dict of the published model has {len(expected)} tensors. "
            f"Received one with {len(problems)} faults:\n  "
            + "\n  ".join(problems)
            + "\nSave `model.state_dict()` of the published model, unchanged."
        )
    return {name: np.asarray(value, np.float32) for name, value in state.items()}


def _assign_encoder(layer: keras.Layer, tensors: StateDict) -> None:
    heads = (fgrmer.NUM_HEADS, fgrmer.KEY_DIM)
    attention = layer.attention
    for part, name in (("query", "w_qs"), ("key", "w_ks"), ("value", "w_vs")):
        kernel = tensors[f"slf_attn.{name}.weight"].T
        getattr(attention, f"{part}_dense").set_weights(
            [kernel.reshape(len(kernel), *heads)]
        )
    output = tensors["slf_attn.fc.weight"].T
    attention.output_dense.set_weights([output.reshape(*heads, -1)])
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
        state: From `read_state_dict`. If all names begin with `module.`, as
            `torch.nn.DataParallel` writes them, the prefix is dropped. The number of
            classes is that of `linear5`.

    Returns:
        The settings (`learned`, one channel, one encoder layer) and the model built
        from them. The model has one input, `patches`.

    Raises:
        InputError: If a tensor is missing, not expected, of the wrong shape or not
            finite: one message lists all of them; or if `A` is no adjacency.
    """
    state = _checked(state)
    config = ModelConfig(
        num_classes=_num_classes(state),
        channels=1,
        au_embedding="learned",
        embedding_dim=PUBLISHED_EMBEDDING_DIM,
        encoder_depth=1,
        adjacency_normalization="official",
    )
    model = fgrmer.build_fgrmer(**dataclasses.asdict(config))
    fgrmer.set_adjacency(model, state["A"])

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
