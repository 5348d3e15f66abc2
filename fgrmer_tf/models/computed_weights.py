"""Weights of FGRMER that are computed from clips before it is trained."""

import keras
import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import NUM_AUS


def set_adjacency(model: keras.Model, adjacency: np.ndarray) -> None:
    """Replaces the raw adjacency of a model from `build_fgrmer`.

    Args:
        model: The model; changed in place, in training and in saved files alike.
        adjacency: `(num_nodes, num_nodes)`, column-conditional: `[i, j]` is
            `P(node i | node j)`, at least 0. The diagonal is used as given: add the
            identity first.

    Raises:
        InputError: If the shape is wrong, an entry is negative, NaN or infinite, or a
            row or column sums to 0.
    """
    adjacency = np.asarray(adjacency, np.float32)
    if adjacency.shape != (NUM_AUS, NUM_AUS):
        raise InputError(
            f"`adjacency` must have shape ({NUM_AUS}, {NUM_AUS}), one row and column "
            f"an AU node. Received: {adjacency.shape}."
        )
    if not np.isfinite(adjacency).all() or adjacency.min() < 0:
        raise InputError(
            "`adjacency` must be finite and at least 0. "
            f"Received: minimum {adjacency.min()}, maximum {adjacency.max()}."
        )
    for axis, line in enumerate(("column", "row")):
        empty = np.flatnonzero(adjacency.sum(axis) == 0)
        if empty.size:
            raise InputError(
                f"Every {line} of `adjacency` must have a positive sum, or it cannot "
                f"be normalised. Received: {line}s {empty.tolist()} sum to 0. "
                "Add the identity."
            )
    model.get_layer("adjacency").raw.assign(adjacency)


def set_linear_path(
    model: keras.Model,
    *,
    mean: np.ndarray,
    scale: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
) -> None:
    """Replaces the linear path of a model from `build_fgrmer`.

    Args:
        model: With a linear path; changed in place.
        mean: `(features,)`, of the training clips.
        scale: `(features,)`, likewise.
        kernel: `(features, num_classes)`.
        bias: `(num_classes,)`.

    Raises:
        InputError: If a shape is not that of the path, or a value is NaN or infinite.
    """
    path = model.get_layer("linear_path")
    for name, value in (
        ("mean", mean),
        ("scale", scale),
        ("kernel", kernel),
        ("bias", bias),
    ):
        weight, value = getattr(path, name), np.asarray(value, np.float32)
        if value.shape != tuple(weight.shape) or not np.isfinite(value).all():
            raise InputError(
                f"`{name}` of the linear path must be finite and of shape "
                f"{tuple(weight.shape)}. Received: {value.shape}, "
                f"{np.count_nonzero(~np.isfinite(value))} values not finite."
            )
        weight.assign(value)
