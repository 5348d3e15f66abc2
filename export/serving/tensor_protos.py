"""Tensors as protocol buffers: read with care, written as TensorFlow Serving does."""

import math

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from export.serving.servable import Signature
from export.serving.status import ServingError, Status

_FIELDS = {
    "float32": "float_val",
    "float64": "double_val",
    "int64": "int64_val",
    "uint64": "uint64_val",
    "uint32": "uint32_val",
    "bool": "bool_val",
    "string": "string_val",
    **dict.fromkeys(("int32", "int16", "int8", "uint16", "uint8"), "int_val"),
}
"""Where clients look for values; others are packed."""


def read(
    name: str, proto: tensor_pb2.TensorProto, signature: Signature, most_rows: int
) -> np.ndarray:
    """One input of a request.

    Args:
        name: Name of an input of `signature`.
        proto: What was sent.
        signature: What is taken.
        most_rows: Rows that a request may have.

    Raises:
        ServingError: If dtype, shape or number of rows are not taken, or the values
            are fewer or more than the shape says, or out of the range of the dtype.
    """
    try:
        dtype = tf.as_dtype(proto.dtype)
    except TypeError as error:
        raise ServingError(Status.INVALID_ARGUMENT, str(error)) from error
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        raise ServingError(Status.INVALID_ARGUMENT, f"Input {name} must have a shape")
    signature.require(name, dtype.name, shape)
    # Before there is an array: a shape is cheap to write and one value fills it.
    require_rows(shape[0] if shape else 1, most_rows)
    held = _values(proto, dtype)
    if held != math.prod(shape):
        raise ServingError(
            Status.INVALID_ARGUMENT,
            f"Input {name} of shape {shape} must hold {math.prod(shape)} values, not "
            f"{held:g}",
        )
    if dtype == tf.string:
        array = np.empty(len(proto.string_val), object)
        array[:] = list(proto.string_val)
        return array.reshape(shape)
    if proto.tensor_content:
        return np.frombuffer(proto.tensor_content, dtype.as_numpy_dtype).reshape(shape)
    try:
        return tf.make_ndarray(proto)
    except OverflowError as error:
        # Small integers come in fields of 32 bits.
        raise ServingError(
            Status.INVALID_ARGUMENT,
            f"Input {name} holds a number outside the range of {dtype.name}",
        ) from error


def _values(proto: tensor_pb2.TensorProto, dtype: tf.DType) -> float:
    """Number of values that were sent; one may stand for all of them."""
    if dtype == tf.string:
        return len(proto.string_val)
    if proto.tensor_content:
        return len(proto.tensor_content) / dtype.size
    held = len(getattr(proto, _FIELDS.get(dtype.name, "half_val")))
    if held == 1:
        return math.prod(dim.size for dim in proto.tensor_shape.dim)
    return held


def require_rows(rows: int, most: int) -> None:
    """Refuses a request with too many rows.

    Raises:
        ServingError: If there are more than `most`.
    """
    if rows > most:
        raise ServingError(
            Status.INVALID_ARGUMENT, f"A request may have {most} rows but got: {rows}"
        )


def write(array: np.ndarray, proto: tensor_pb2.TensorProto) -> None:
    """Fills `proto` with an output, in the field that clients read of."""
    dtype = tf.string if array.dtype == object else tf.as_dtype(array.dtype)
    field = _FIELDS.get(dtype.name)
    if field is None:
        proto.CopyFrom(tf.make_tensor_proto(array))
        return
    proto.dtype = dtype.as_datatype_enum
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    getattr(proto, field).extend(array.ravel().tolist())
