"""Weights of MagNet as one small file: float16 arrays by name."""

import io
import json
import zipfile
from pathlib import Path

import keras
import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.magnification.network import TRAITS, MagNet, build_magnet

SHIPPED = Path(__file__).parent / "weights" / "magnet.npz"
"""The weights that this project trained; see `docs/magnification.md`."""

_ARCHITECTURE = "architecture"


def _kernels(magnet: MagNet) -> dict[str, keras.Variable]:
    return {kernel.path: kernel for kernel in magnet.model.trainable_variables}


def _architecture(magnet: MagNet) -> dict[str, str | int]:
    """The arguments of `build_magnet`, read off the network."""
    name = magnet.model.name.removeprefix("magnet_")
    blocks = [one for one in magnet.decoder.layers if one.name.startswith("block_")]
    width = magnet.encoder.get_layer("stem").filters
    return {"form": name, "width": width, "decoder_blocks": len(blocks)}


def save_magnet(magnet: MagNet, path: str | Path) -> Path:
    """Writes the weights, rounded to float16, and what it takes to rebuild the network.

    Args:
        magnet: From `build_magnet`.
        path: Target, `.npz`.

    Returns:
        `path`.

    Raises:
        InputError: If a weight is not finite in float16.
    """
    arrays = {
        name: np.asarray(kernel, np.float16)
        for name, kernel in _kernels(magnet).items()
    }
    broken = sorted(n for n, array in arrays.items() if not np.isfinite(array).all())
    if broken:
        raise InputError(
            f"Weights must be finite in float16; these are not: {', '.join(broken)}. "
            "The training diverged: lower the learning rate."
        )
    arrays[_ARCHITECTURE] = np.array(json.dumps(_architecture(magnet)))
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return atomic.write_bytes(path, stream.getvalue())


def load_magnet(path: str | Path = SHIPPED) -> MagNet:
    """Rebuilds a network from a file of `save_magnet`; computes in the global policy.

    Args:
        path: An `.npz`; the shipped weights by default.

    Returns:
        The network.

    Raises:
        InputError: If the file is missing, is no such file, or its arrays are not those
            of the network that it names.
    """
    path = Path(path)
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        architecture = json.loads(str(arrays.pop(_ARCHITECTURE)))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(
            "Weights of MagNet must be an .npz written by `fgrmer magnify train`. "
            f"Received: `{path}` ({type(error).__name__}: {error}). "
            "Leave the option out to use the shipped weights."
        ) from error
    if architecture.get("form") not in TRAITS:
        raise InputError(f"`{path}` names a network that is not known: {architecture}.")
    magnet = build_magnet(**architecture)
    kernels = _kernels(magnet)
    expected = {name: tuple(kernel.shape) for name, kernel in kernels.items()}
    found = {name: array.shape for name, array in arrays.items()}
    if found != expected:
        wrong = sorted(set(found.items()) ^ set(expected.items()))
        raise InputError(f"`{path}` does not fit its own network: {wrong}.")
    for name, kernel in kernels.items():
        kernel.assign(arrays[name].astype(np.float32))
    return magnet
