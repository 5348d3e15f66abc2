"""One tensor from nested JSON lists.

Source:
    tensorflow/serving, `util/json_tensor.cc`, for the rules; the code is our own.
"""

import base64
import binascii
import itertools
from typing import Any

import numpy as np

from export.serving.json_body import quoted, refusal
from export.serving.status import ServingError, Status

BASE64 = "b64"
"""The one key of an object that stands for bytes."""
_UNTAKEN = ("float16", "bfloat16", "complex64", "complex128")


def read(value: Any, dtype: str) -> np.ndarray:
    """One tensor from nested lists.

    Args:
        value: A number, text, `{"b64": text}`, or lists of them, all alike.
        dtype: Name of the dtype, `string` among them.

    Raises:
        ServingError: If lists of one level differ in length, leaves are not on one
            level or are no values of `dtype`.
    """
    shape, level = [], [value]
    # By `map`: there may be a million values.
    while {*map(type, level)} == {list}:
        if len({*map(len, level)}) > 1:
            raise refusal(
                f"Expecting tensor size/shape alike, but lists at level {len(shape)} "
                "differ in length"
            )
        shape.append(len(level[0]))
        level = list(itertools.chain.from_iterable(level))
    if list in {*map(type, level)}:
        raise refusal(
            f"Encountered list at unexpected level: {len(shape)}; lists and values are "
            "mixed"
        )
    return _leaves(level, dtype).reshape(shape)


def _leaves(values: list[Any], dtype: str) -> np.ndarray:
    if dtype == "string":
        array = np.empty(len(values), object)
        array[:] = [_bytes(value) for value in values]
        return array
    if dtype in _UNTAKEN:
        raise ServingError(
            Status.UNIMPLEMENTED, f"Conversion of JSON Value to type: {dtype}"
        )
    target = np.dtype(dtype)
    # `bool` is an `int` to isinstance, so by the exact types.
    taken = {"b": {bool}, "f": {float, int}}.get(target.kind, {int})
    kinds = {*map(type, values)}
    wrong = kinds - taken
    if wrong:
        value = next(value for value in values if type(value) in wrong)
        raise refusal(f"JSON Value: {quoted(value)} is not of expected type: {dtype}")
    whole = [value for value in values if type(value) is int] if int in kinds else []
    if target.kind == "f":
        low, high = (
            -(2 ** (np.finfo(target).nmant + 1)),
            2 ** (np.finfo(target).nmant + 1),
        )
        if whole and not (low < min(whole) and max(whole) < high):
            raise refusal(
                f"Cannot convert JSON value to {dtype} without loss of precision."
            )
    elif target.kind in "iu":
        limits = np.iinfo(target)
        if whole and not (limits.min <= min(whole) and max(whole) <= limits.max):
            raise refusal(f"JSON Value: a number is outside the range of {dtype}")
    with np.errstate(over="ignore"):
        return np.array(values, np.float64 if target.kind == "f" else target).astype(
            target
        )


def _bytes(value: Any) -> bytes:
    if isinstance(value, str):
        try:
            return value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise refusal("JSON Value: a text has a lone surrogate") from error
    if not isinstance(value, dict):
        raise refusal(f"JSON Value: {quoted(value)} is not of expected type: string")
    if not is_base64(value):
        raise refusal("JSON Value: object not formatted correctly for base64 data")
    text = value[BASE64]
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise refusal("Unable to base64 decode") from error


def is_base64(value: Any) -> bool:
    """Whether a JSON value stands for bytes."""
    return (
        isinstance(value, dict)
        and value.keys() == {BASE64}
        and isinstance(value[BASE64], str)
    )
