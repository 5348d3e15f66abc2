"""`tf.train.Example`s in TensorFlow Serving's JSON, as `:classify` takes them.

Source:
    tensorflow/serving, `util/json_tensor.cc`, for the rules; the code is our own.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from export.serving.json_body import quoted, refusal
from export.serving.json_values import read


def read_examples(request: Mapping[str, Any]) -> list[bytes]:
    """The Examples of a request, serialized.

    Args:
        request: JSON object with `examples`, a list of objects `{feature: value or
            list of values}`, and perhaps `context`, features that all of them have.

    Raises:
        ServingError: If there is no such list, or a feature has values of more than
            one kind, or of none that an Example can hold.
    """
    examples = request.get("examples")
    if not isinstance(examples, list):
        raise refusal("Expecting 'examples' value to be an list/array")
    if not examples:
        raise refusal("'examples' value is an empty array")
    context = request.get("context", {})
    return [_example(context, example).SerializeToString() for example in examples]


def _example(*parts: Any) -> tf.train.Example:
    found = tf.train.Example()
    for part in parts:
        if not isinstance(part, dict):
            raise refusal(f"Example must be JSON object but got {quoted(part)}")
        for name, value in part.items():
            try:
                feature = found.features.feature[name]
            except UnicodeEncodeError as error:
                raise refusal("A feature's name has a lone surrogate") from error
            feature.CopyFrom(
                _feature(name, value if isinstance(value, list) else [value])
            )
    return found


def _feature(name: str, values: list[Any]) -> tf.train.Feature:
    kinds = {type(value) for value in values}
    if not kinds:
        return tf.train.Feature()
    if kinds <= {str, dict}:
        texts = tf.train.BytesList(value=read(values, "string").tolist())
        return tf.train.Feature(bytes_list=texts)
    if kinds <= {bool, int}:
        whole = read([int(value) for value in values], "int64")
        return tf.train.Feature(int64_list=tf.train.Int64List(value=whole))
    if kinds == {float}:
        numbers = read(values, "float32")
        return tf.train.Feature(float_list=tf.train.FloatList(value=numbers))
    raise refusal(f"Feature: {name} has elements of unexpected or several JSON types")


def write_classes(classes: np.ndarray, scores: np.ndarray) -> bytes:
    """The reply to `:classify`.

    Args:
        classes: Bytes `(batch, num_classes)`.
        scores: float32 `(batch, num_classes)`.

    Returns:
        `{"results": [[[class, score], ...], ...]}`.
    """
    results: list[Sequence[Any]] = [
        [
            [label.decode("utf-8", "replace"), float(str(score))]
            for label, score in pairs
        ]
        for pairs in (
            zip(*row, strict=True) for row in zip(classes, scores, strict=True)
        )
    ]
    return json.dumps({"results": results}, ensure_ascii=False).encode("utf-8")
