"""Named tensors of a file assigned to Keras variables, all of them or none."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.models.torch_file import StateDict


class Pair(NamedTuple):
    """One tensor of a file and where it goes.

    Args:
        name: In the file.
        variable: Of Keras.
        turn: How the array becomes the variable's.
        columns: Part of the variable's second axis that it is; `None`: all of it.
    """

    name: str
    variable: Any
    turn: Callable[[np.ndarray], np.ndarray]
    columns: slice | None = None


def load(pairs: list[Pair], state: StateDict) -> None:
    """Assigns every weight of `pairs`, or none.

    Args:
        pairs: Of the parts that `state` holds.
        state: Exactly these tensors.

    Raises:
        InputError: If a tensor is missing, not expected, of the wrong shape or not
            finite: one message lists all of them.
    """
    expected = {pair.name: pair for pair in pairs}
    faults = [f"missing: {name}" for name in expected if name not in state]
    faults += [f"not expected: {name}" for name in state if name not in expected]
    values = {}
    for name in expected.keys() & state.keys():
        needed = _shape(expected[name])
        array = np.asarray(state[name])
        try:
            values[name] = np.asarray(expected[name].turn(array), np.float32)
        except (ValueError, IndexError):
            values[name] = np.asarray(array, np.float32)
        if values[name].shape != needed:
            given = values[name].shape
            faults.append(f"wrong shape: {name} gives {given}, {needed} is needed")
        elif not np.isfinite(values[name]).all():
            faults.append(f"not finite: {name}")
    if faults:
        raise InputError(
            f"A state dict for this network has {len(expected)} tensors. Received one "
            f"with {len(faults)} faults:\n  " + "\n  ".join(sorted(faults)) + "\nBuild "
            "the network with the sizes of the file, or take another file."
        )
    for name, value in values.items():
        _assign(expected[name], value)


def _shape(pair: Pair) -> tuple[int, ...]:
    whole = tuple(pair.variable.shape)
    if pair.columns is None:
        return whole
    return np.broadcast_to(0, whole)[:, pair.columns].shape


def _assign(pair: Pair, value: np.ndarray) -> None:
    if pair.columns is not None:
        whole = np.array(keras.ops.convert_to_numpy(pair.variable))
        whole[:, pair.columns] = value
        value = whole
    pair.variable.assign(value)
