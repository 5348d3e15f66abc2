"""A whole feature table to a store and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from input_pipeline.feature_store import rows, shards
from input_pipeline.feature_store.header import StoreHeader, read_header, write_header
from input_pipeline.feature_table import FeatureTable


def write(
    folder: Path, table: FeatureTable, *, key: str, settings: Mapping[str, Any]
) -> StoreHeader:
    """Writes shards and header of `table` into the existing, empty `folder`.

    Args:
        folder: Becomes a store.
        table: Clips to write, in this order.
        key: SHA-256 of everything that made the table.
        settings: What made the patches.

    Writes:
        `shard-*.tfrecord` and, last, `header.json`.
    """
    size = shards.clips_a_shard(len(table))
    written = []
    for number, start in enumerate(range(0, len(table), size)):
        with shards.shard_writer(folder, number) as shard:
            for row in range(start, min(start + size, len(table))):
                shard.add(rows.to_record(table, row))
        written.append(shard.entry())
    header = StoreHeader(
        key=key,
        class_names=table.class_names,
        fields=rows.fields_of(table),
        clips=len(table),
        settings=settings,
        shards=tuple(written),
    )
    write_header(folder, header)
    return header


def read(store: str | Path) -> FeatureTable:
    """Reads the whole store into memory, in record order.

    Raises:
        InputError: If a shard is missing or its SHA-256 is not the header's.
    """
    store = Path(store)
    header = read_header(store)
    columns: dict[str, Any] = {
        name: []
        if field.dtype == rows.TEXT
        else np.empty((header.clips, *field.shape), field.dtype)
        for name, field in header.fields.items()
    }
    for number, values in enumerate(shards.read_clips(store, header)):
        for name, column in columns.items():
            if isinstance(column, list):
                column.append(values[name])
            else:
                column[number] = values[name]
    return FeatureTable(
        class_names=header.class_names,
        **{name: np.asarray(column) for name, column in columns.items()},
    )
