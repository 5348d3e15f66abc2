"""Reads a PyTorch state dict from a file, with or without PyTorch."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from fgrmer_tf.errors import InputError

StateDict = dict[str, np.ndarray]

# TypeError: a single array, as `numpy.save` writes it, cannot be opened as an archive.
# A file with a single array has no `with`: TypeError, AttributeError in Python 3.10.
_UNREADABLE = (
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
)


_INNER = "state_dict"
"""Where checkpoints of OpenMMLab and Lightning keep it, beside other things."""


def read_state_dict(path: str | Path) -> StateDict:
    """Reads a state dict from a file.

    PyTorch is imported only for `.pth`, and only plain tensors are unpickled.

    Args:
        path: `.npz` with one array a state-dict name, or `.pth` as written by
            `torch.save(model.state_dict(), path)`; a checkpoint that holds the state
            dict as `state_dict` will do.

    Returns:
        Arrays by name; those of a `.pth` as float32.

    Raises:
        InputError: If the file is missing, of another kind or unreadable, if a value
            is not a tensor, or if a `.pth` is given and PyTorch is not installed.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"A state dict must be a file. Received: `{path}`.")
    if path.suffix == ".npz":
        return _read_npz(path)
    if path.suffix == ".pth":
        return _read_pth(path)
    raise InputError(
        f"A state dict must be an `.npz` or a `.pth` file. Received: `{path}`."
    )


def _read_npz(path: Path) -> StateDict:
    try:
        # NumPy leaves a file of its own opening open when it cannot read it.
        with path.open("rb") as file, np.load(file) as arrays:
            return dict(arrays)
    except _UNREADABLE as error:
        raise InputError(
            f"An `.npz` must hold one numeric array a state-dict name. "
            f"Received: `{path}`, which NumPy cannot read ({error}). "
            "Write it with `numpy.savez`."
        ) from error


def _read_pth(path: Path) -> StateDict:
    try:
        import torch  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise InputError(
            f"Reading `{path}` needs PyTorch, which is not installed. Run `pip install "
            "torch`, or convert the file to `.npz` where PyTorch is: `numpy.savez(out, "
            "**{name: t.numpy() for name, t in torch.load(file).items()})`."
        ) from error
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds, and pickle adds its own
        # What follows the first sentence tells how to run the code inside anyway.
        reason = str(error).partition(". ")[0]
        raise InputError(
            f"A `.pth` must hold plain tensors, as `torch.save(model.state_dict(), "
            f"path)` writes them. Received: `{path}`, which PyTorch refuses ({reason})."
        ) from error
    if isinstance(state, dict) and isinstance(state.get(_INNER), dict):
        state = state[_INNER]
    if not isinstance(state, dict) or not all(map(torch.is_tensor, state.values())):
        found = sorted(map(str, state)) if isinstance(state, dict) else type(state)
        raise InputError(
            "A `.pth` must hold a dict of tensors alone. "
            f"Received: `{path}` with {found}. Save the inner state dict by itself."
        )
    # A Parameter carries a gradient flag and bfloat16 has no NumPy type.
    return {str(name): value.detach().float().numpy() for name, value in state.items()}
