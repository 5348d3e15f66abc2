"""One clip of a feature table as one record, and back."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from input_pipeline.feature_store import tfrecord
from input_pipeline.feature_store.header import Field
from input_pipeline.feature_table import COLUMNS, FeatureTable

PROVENANCE = "provenance"
TEXT = "text"


def fields_of(table: FeatureTable) -> dict[str, Field]:
    """The columns of `table` as a header names them."""
    found = {}
    for name in COLUMNS:
        column = getattr(table, name)
        dtype = TEXT if column.dtype.kind == "U" else column.dtype.name
        found[name] = Field(dtype=dtype, shape=column.shape[1:])
    return found


def to_record(
    table: FeatureTable, row: int, provenance: Mapping[str, Any] | None = None
) -> bytes:
    """Clip `row` of `table` as a record.

    Text is UTF-8, a whole number is an integer, an array its bytes in C order.

    Args:
        table: The clips.
        row: Which one.
        provenance: Where the clip came from; written as JSON.
    """
    features: dict[str, bytes | int] = {
        PROVENANCE: json.dumps(provenance or {}, sort_keys=True).encode()
    }
    for name, field in fields_of(table).items():
        value = getattr(table, name)[row]
        if field.dtype == TEXT:
            features[name] = str(value).encode()
        elif field == Field(dtype="int64", shape=()):
            features[name] = int(value)
        else:
            features[name] = np.ascontiguousarray(value).tobytes()
    return tfrecord.encode(features)


def from_record(record: bytes, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The values of a record by column, and its `provenance`.

    Raises:
        ValueError: If it is not a record of these `fields`.
    """
    features = tfrecord.decode(record)
    if set(features) != {*fields, PROVENANCE}:
        raise ValueError(
            f"it holds {', '.join(sorted(features))} in place of "
            f"{', '.join(sorted([*fields, PROVENANCE]))}"
        )
    values: dict[str, Any] = {PROVENANCE: json.loads(features[PROVENANCE])}
    for name, field in fields.items():
        value = features[name]
        if isinstance(value, int):
            values[name] = value
        elif field.dtype == TEXT:
            values[name] = value.decode()
        else:
            values[name] = np.frombuffer(value, field.dtype).reshape(field.shape)
    return values
