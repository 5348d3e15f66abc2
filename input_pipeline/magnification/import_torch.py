"""Weights of the public PyTorch MagNet, mapped onto `build_magnet("public")`."""

import keras
import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.magnification.network import DECODER_BLOCKS, MagNet, build_magnet
from input_pipeline.magnification.parts import BRANCH_BLOCKS, TRUNK_BLOCKS

DATA_PARALLEL_PREFIX = "module."
OFFICIAL_MOTION_KERNEL = (7, 7)


def _blocks(prefix: str, ours: str, count: int) -> dict[str, tuple[str, str]]:
    return {
        f"{prefix}.{index}.cba_{part}": (f"{ours}_{index + 1}", name)
        for index in range(count)
        for part, name in ((1, "first"), (2, "second"))
    }


def _layers() -> dict[str, dict[str, tuple[str, str]]]:
    """Published module to our part, layer and convolution inside a residual block."""
    return {
        "encoder": {
            "cba_1": ("stem", ""),
            "cba_2": ("trunk_halving", ""),
            **_blocks("resblks", "trunk", TRUNK_BLOCKS),
            "texture_cba": ("texture_halving", ""),
            **_blocks("texture_resblks", "texture", BRANCH_BLOCKS),
            "motion_cba": ("shape_convolution", ""),
            **_blocks("motion_resblks", "shape", BRANCH_BLOCKS),
        },
        "manipulator": {
            "g": ("motion", ""),
            "h_conv": ("change", ""),
            "h_resblk.cba_1": ("change_block_1", "first"),
            "h_resblk.cba_2": ("change_block_1", "second"),
        },
        "decoder": {
            **_blocks("resblks", "block", DECODER_BLOCKS),
            "cba_1": ("render_convolution", ""),
            "cba_2": ("rendered", ""),
        },
    }


def _kernels(magnet: MagNet) -> dict[str, keras.Variable]:
    """Our kernels by the names of the published state dict."""
    kernels = {}
    for part, layers in _layers().items():
        for module, (layer, inner) in layers.items():
            convolution = getattr(magnet, part).get_layer(layer)
            convolution = getattr(convolution, inner) if inner else convolution
            name = f"{part}.{module}.conv2d.weight"
            kernels[name] = convolution.convolution.kernel
    return kernels


def _torch_shape(kernel: keras.Variable) -> tuple[int, ...]:
    height, width, channels, filters = kernel.shape
    return (filters, channels, height, width)


def _is_official(state: dict[str, np.ndarray]) -> bool:
    """Whether a kernel of the official manipulator is among the tensors.

    It alone is 7x7 with as many channels out as in: in PyTorch's layout or in
    TensorFlow's.
    """
    shapes = [value.shape for value in state.values() if value.ndim == 4]
    return any(
        (kernel, channels[0]) == (OFFICIAL_MOTION_KERNEL, channels[1])
        for shape in shapes
        for kernel, channels in ((shape[2:], shape[:2]), (shape[:2], shape[2:]))
    )


def _finite(array: np.ndarray) -> bool:
    if array.dtype.kind not in "fiu":
        return False
    # float64 beyond the range of float32 would become infinite on assignment.
    return bool((np.abs(array) <= np.finfo(np.float32).max).all())


def _faults(
    state: dict[str, np.ndarray], expected: dict[str, tuple[int, ...]]
) -> list[str]:
    shared = sorted(expected.keys() & state.keys())
    return [
        *(f"missing: {name}" for name in sorted(expected.keys() - state.keys())),
        *(f"not expected: {name}" for name in sorted(state.keys() - expected.keys())),
        *(
            f"wrong shape: {name} must be {expected[name]}, is {state[name].shape}"
            for name in shared
            if state[name].shape != expected[name]
        ),
        *(f"not finite numbers: {name}" for name in shared if not _finite(state[name])),
    ]


def import_state_dict(state: dict[str, np.ndarray]) -> MagNet:
    """Builds the network of the public form with the weights of a state dict.

    Source:
        Public PyTorch code: `magnet.py`.

    Args:
        state: Array by published name, in PyTorch's layout. A `module.` in front, as
            `torch.nn.DataParallel` writes it, is dropped if all names have it.

    Returns:
        The network; every weight comes from `state`.

    Raises:
        InputError: If the tensors are those of the official form, or if one is missing,
            not expected, of the wrong shape or not finite in float32: one message lists
            all of them, sorted.
    """
    state = {name: np.asarray(value) for name, value in state.items()}
    if all(name.startswith(DATA_PARALLEL_PREFIX) for name in state):
        state = {
            name.removeprefix(DATA_PARALLEL_PREFIX): value
            for name, value in state.items()
        }
    if _is_official(state):
        raise InputError(
            "A state dict must be of the public form, whose manipulator starts with a "
            "3x3 kernel. Received one with a 7x7 kernel: the official form, whose "
            "weights do not fit. Import a checkpoint of the public PyTorch network."
        )
    magnet = build_magnet("public")
    kernels = _kernels(magnet)
    faults = _faults(state, {name: _torch_shape(k) for name, k in kernels.items()})
    if faults:
        raise InputError(
            f"A state dict of the public form has {len(kernels)} tensors. "
            f"Received one with {len(faults)} faults:\n  "
            + "\n  ".join(faults)
            + "\nSave `model.state_dict()` of the public network, unchanged."
        )
    for name, kernel in kernels.items():
        kernel.assign(state[name].transpose(2, 3, 1, 0))
    return magnet
