"""Tensors in TensorFlow Serving's JSON: row form, column form, base64.

Source:
    tensorflow/serving, `util/json_tensor.cc`, for the rules; the code is our own.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from export.serving.json_body import refusal
from export.serving.json_values import BASE64, is_base64, read
from export.serving.status import ServingError

_BYTES = "_bytes"
"""Ending of the name of an output whose strings are given as base64."""


def read_rows(instances: Any, dtypes: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Inputs from the row form: one value, or one object of values, a row.

    Args:
        instances: Value of the key `instances`.
        dtypes: dtype of each input of the signature, by its name.

    Raises:
        ServingError: If it is no list of such rows, all alike.
    """
    if not isinstance(instances, list):
        raise refusal("Expecting 'instances' to be an list/array")
    if not instances:
        raise refusal("No values in 'instances' array")
    named = [isinstance(row, dict) and not is_base64(row) for row in instances]
    if any(named) != all(named):
        raise refusal(
            "Expecting value/list or object throughout, but item "
            f"{named.index(not named[0])} of 'instances' differs"
        )
    if not named[0]:
        if len(dtypes) > 1:
            raise refusal(
                "instances is a plain list, but expecting list of objects as multiple "
                "input tensors required as per tensorinfo_map"
            )
        columns = {next(iter(dtypes)): instances}
    else:
        for number, row in enumerate(instances):
            if row.keys() != dtypes.keys():
                raise refusal(
                    f"Failed to process element: {number} of 'instances' list. Keys "
                    f"must be equal to: {','.join(sorted(dtypes))}"
                )
        columns = {name: [row[name] for row in instances] for name in dtypes}
    try:
        return {name: read(column, dtypes[name]) for name, column in columns.items()}
    except ServingError as error:
        # TensorFlow Serving wraps the reason, whatever it was.
        raise refusal(f"Failed to process 'instances' list. Error: {error}") from error


def read_columns(inputs: Any, dtypes: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Inputs from the column form: one tensor, or an object of tensors.

    Raises:
        ServingError: If an input is missing or is no tensor. One too many is ignored.
    """
    if not isinstance(inputs, dict) or is_base64(inputs):
        if len(dtypes) > 1:
            raise refusal(
                "inputs is a plain value/list, but expecting an object as multiple "
                "input tensors required as per tensorinfo_map"
            )
        return {name: read(inputs, dtype) for name, dtype in dtypes.items()}
    for name in dtypes:
        if name not in inputs:
            raise refusal(f"Missing named input: {name} in 'inputs' object.")
    return {name: read(inputs[name], dtype) for name, dtype in dtypes.items()}


def write(outputs: Mapping[str, np.ndarray], *, row_form: bool) -> bytes:
    """The reply to a request.

    Args:
        outputs: Output arrays by name.
        row_form: Whether the request came in row form.

    Returns:
        `{"predictions": [row, ...]}` or `{"outputs": tensor}`; with several outputs a
        row, or the tensor, is an object. float32 in the fewest digits that mean it.

    Raises:
        ServingError: If rows are asked for and the outputs differ in their number.
    """
    values = {name: _plain(name, array) for name, array in outputs.items()}
    if not row_form:
        reply = values if len(values) > 1 else next(iter(values.values()))
        return _dump({"outputs": reply})
    counts = {array.shape[:1] for array in outputs.values()}
    if len(counts) > 1 or () in counts:
        raise refusal(
            "Outputs have inconsistent batch size: "
            f"{ ({name: list(array.shape) for name, array in outputs.items()}) }"
        )
    if len(values) == 1:
        return _dump({"predictions": next(iter(values.values()))})
    rows = zip(*values.values(), strict=True)
    return _dump({"predictions": [dict(zip(values, row, strict=True)) for row in rows]})


def _plain(name: str, array: np.ndarray) -> Any:
    if array.dtype == object:
        flat = [_text(value, as_bytes=name.endswith(_BYTES)) for value in array.ravel()]
        values = np.empty(len(flat), object)
        values[:] = flat
        return values.reshape(array.shape).tolist()
    if array.dtype == np.float32:
        # Through text: 0.1 in float32 would be written as 0.10000000149011612.
        shortest = [float(str(value)) for value in array.ravel()]
        return np.array(shortest, np.float64).reshape(array.shape).tolist()
    return array.tolist()


def _text(value: bytes, *, as_bytes: bool) -> Any:
    if as_bytes:
        return {BASE64: base64.b64encode(value).decode("ascii")}
    return value.decode("utf-8", errors="replace")


def _dump(reply: dict[str, Any]) -> bytes:
    return json.dumps(reply, ensure_ascii=False).encode("utf-8")
