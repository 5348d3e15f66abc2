"""Checking a store to the last byte, and naming what is wrong with it."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from input_pipeline.feature_store import rows, tfrecord
from input_pipeline.feature_store.header import Shard, StoreHeader, read_header
from input_pipeline.feature_store.parts import MANIFEST, read_part
from input_pipeline.feature_store.shards import file_hash
from input_pipeline.feature_table import FeatureTable

Key = tuple[str, str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong with a store.

    Args:
        file: Which file, by name.
        clip: Which clip, as `dataset/subject/clip`; empty where it is about the file
            or no one can say.
        what: What is wrong.
    """

    file: str
    clip: str
    what: str


def verify(
    store: str | Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Problem, ...]:
    """Reads every byte of a store and checks it against its header and manifest.

    Reads:
        Header, manifest, and the shards one record at a time.

    Args:
        store: The store.
        progress: Called with the shards done and the shards in all.

    Returns:
        What is wrong, in the order of the files; nothing for a sound store.

    Raises:
        InputError: If the header cannot be read or was changed.
    """
    store = Path(store)
    header = read_header(store)
    listed = [sample.key for sample in read_part(store).samples]
    seen: dict[Key, str] = {}
    problems = []
    first = 0
    for number, shard in enumerate(header.shards):
        progress(number, len(header.shards))
        # Without a manifest, as in a store made from a table, no one knows whose a
        # record was that cannot be read.
        names = listed[first : first + shard.clips] if listed else []
        problems += _check(store / shard.name, shard, header, names, seen)
        first += shard.clips
    progress(len(header.shards), len(header.shards))
    if listed and len(listed) != header.clips:
        problems.append(
            Problem(
                file=MANIFEST,
                clip="",
                what=f"it lists {len(listed)} clips, the header {header.clips}",
            )
        )
    return tuple(problems)


def _check(
    path: Path,
    shard: Shard,
    header: StoreHeader,
    names: Sequence[Key],
    seen: dict[Key, str],
) -> Iterator[Problem]:
    def problem(what: str, key: Key | None = None) -> Problem:
        return Problem(file=path.name, clip="/".join(key or ()), what=what)

    if not path.is_file():
        yield problem(f"it is missing, with its {shard.clips} clips")
        return
    count, broken = 0, False
    with open(path, "rb") as file:
        for number, record in enumerate(tfrecord.read(file)):
            count += 1
            expected = names[number] if number < len(names) else None
            if isinstance(record, tfrecord.Damage):
                broken = True
                what = f"record {number}: {record.what}"
                if record.last:
                    lost = shard.clips - number - 1
                    what += f"; it and the {lost} after it are lost" if lost else ""
                    count = shard.clips
                yield problem(what, expected)
                continue
            try:
                key = _key_of(rows.from_record(record, header.fields), header)
            except ValueError as error:
                yield problem(f"record {number}: {error}", expected)
                continue
            if expected is not None and key != expected:
                other = "/".join(expected)
                yield problem(f"record {number}: {MANIFEST} has {other} there", key)
            if key in seen:
                yield problem(f"record {number}: {seen[key]} has this clip too", key)
            seen[key] = path.name
    if count != shard.clips:
        yield problem(f"it holds {count} clips, the header says {shard.clips}")
    elif not broken and file_hash(path) != shard.sha256:
        yield problem("its SHA-256 is not the one in the header")


def _key_of(values: dict[str, Any], header: StoreHeader) -> Key:
    """The clip of a record; a value that no table may hold is a `ValueError`."""
    columns = {name: np.asarray(values[name])[None] for name in header.fields}
    FeatureTable(class_names=header.class_names, **columns)
    return values["dataset"], values["subject"], values["clip"]
