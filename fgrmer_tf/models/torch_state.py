"""What a state dict of the published PyTorch model holds.

It has six encoder layers a region, but the published loop feeds each of them the same
input and keeps the last output: layers 0 to 4 do not touch the result. They must be in
the file, rightly shaped, so that a truncated or foreign file is refused.
"""

import numpy as np

from fgrmer_tf.config import ModelConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models import branches
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
    attention = branches.NUM_HEADS * branches.KEY_DIM
    hidden = branches.FEED_FORWARD_UNITS
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
    region, nodes = branches.REGION_HIDDEN_UNITS, branches.REGION_FEATURES
    linear = {
        "linear1": (region, NUM_BROW * features),
        "linear2": (region, NUM_MOUTH * features),
        "linear3": (nodes, region),
        "linear4": (nodes, region),
        "linear5": (num_classes, NUM_AUS),
    }
    return {
        "A": (NUM_AUS, NUM_AUS),
        "depth_wise_conv.weight": (NUM_PATCHES, 1, *[branches.KERNEL_SIZE] * 2),
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
        "gc1_1.weight": (PUBLISHED_EMBEDDING_DIM, branches.GRAPH_HIDDEN_UNITS),
        "gc1_2.weight": (branches.GRAPH_HIDDEN_UNITS, nodes),
        "layer_norm1.weight": (NUM_AUS,),
        "layer_norm1.bias": (NUM_AUS,),
    }


def num_classes_of(state: StateDict) -> int:
    """Classes of the classifier, or the published number if there is none."""
    classifier = state.get("linear5.weight")
    if classifier is None or classifier.ndim != 2 or len(classifier) < 2:
        return ModelConfig.num_classes
    return len(classifier)


def _finite(array: np.ndarray) -> bool:
    if array.dtype.kind not in "fiu":
        return False
    # float64 beyond the range of float32 would become infinite on assignment.
    return bool((np.abs(array) <= np.finfo(np.float32).max).all())


def checked(state: StateDict) -> StateDict:
    """The state dict as float32, without `module.` prefix and counters.

    Args:
        state: From `read_state_dict`. The prefix is what `torch.nn.DataParallel`
            writes; it is dropped if all names have it.

    Returns:
        Exactly the tensors of `expected_shapes`.

    Raises:
        InputError: If a tensor is missing, not expected, of the wrong shape or not
            finite in float32: one message lists all of them, sorted.
    """
    if all(name.startswith(DATA_PARALLEL_PREFIX) for name in state):
        state = {
            name.removeprefix(DATA_PARALLEL_PREFIX): value
            for name, value in state.items()
        }
    expected = expected_shapes(num_classes_of(state))
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
