"""The feature store: a folder of TFRecord shards and a JSON header.

    STORE/header.json     schema, settings, classes, shards with SHA-256, key
    STORE/shard-00000.tfrecord ...
    STORE/manifest.csv    the clips, in record order
    STORE/skipped.csv     what was left out, and why

The folder appears whole or not at all. `key` is a hash of everything that made it.
"""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import NUM_AUS, NUM_PATCHES, PATCH_SIZE
from input_pipeline.feature_table import FeatureTable

SCHEMA = 1
_CLIPS_A_SHARD = 1024
_TEXT = ("subject", "dataset", "clip")


@dataclasses.dataclass(frozen=True, kw_only=True)
class StoreHeader:
    """What `header.json` says.

    Args:
        schema: Version of the record format.
        key: SHA-256 of everything that made the store.
        class_names: Names of all classes, in label order.
        channels: Channels of a patch.
        clips: Number of records.
        settings: What made the patches, such as the motion settings.
        shards: For each shard its `name`, `clips` and `sha256`.
    """

    schema: int
    key: str
    class_names: tuple[str, ...]
    channels: int
    clips: int
    settings: dict[str, Any]
    shards: tuple[dict[str, Any], ...]


def write(
    folder: Path, table: FeatureTable, *, key: str, settings: dict[str, Any]
) -> StoreHeader:
    """Writes shards and header of `table` into the existing, empty `folder`.

    Writes:
        `shard-*.tfrecord` in table order and, last, `header.json`.
    """
    shards = []
    for number, start in enumerate(range(0, len(table), _CLIPS_A_SHARD)):
        path = folder / f"shard-{number:05d}.tfrecord"
        stop = min(start + _CLIPS_A_SHARD, len(table))
        with tf.io.TFRecordWriter(str(path)) as writer:
            for row in range(start, stop):
                writer.write(_example(table, row))
        shards.append({"name": path.name, "clips": stop - start, "sha256": _hash(path)})
    header = StoreHeader(
        schema=SCHEMA,
        key=key,
        class_names=table.class_names,
        channels=table.channels,
        clips=len(table),
        settings=settings,
        shards=tuple(shards),
    )
    atomic.write_json(folder / "header.json", dataclasses.asdict(header))
    return header


def read_header(store: str | Path) -> StoreHeader:
    """Reads `header.json`.

    Raises:
        InputError: If `store` is not a feature store of this schema.
    """
    path = Path(store) / "header.json"
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        header = StoreHeader(
            **fields
            | {
                "class_names": tuple(fields["class_names"]),
                "shards": tuple(fields["shards"]),
            }
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"`{store}` is not a feature store: its header.json cannot be read "
            f"({error}). Make one with `fgrmer prepare`."
        ) from error
    if header.schema != SCHEMA:
        raise InputError(
            f"This version reads feature stores of schema {SCHEMA}. "
            f"Received: schema {header.schema} in `{store}`. Prepare it again."
        )
    return header


def read(store: str | Path) -> FeatureTable:
    """Reads the whole store into memory, in record order.

    Raises:
        InputError: If a shard is missing or its SHA-256 is not the header's.
    """
    store = Path(store)
    header = read_header(store)
    for shard in header.shards:
        path = store / shard["name"]
        if not path.is_file() or _hash(path) != shard["sha256"]:
            raise InputError(
                f"The shard `{path}` is missing or damaged: its SHA-256 is not the "
                "one in header.json. Prepare the store again."
            )
    files = [str(store / shard["name"]) for shard in header.shards]
    batches = tf.data.TFRecordDataset(files).batch(256).map(_parser(header.channels))
    columns: dict[str, list[np.ndarray]] = {}
    for batch in batches.as_numpy_iterator():
        for name, value in batch.items():
            columns.setdefault(name, []).append(value)
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    texts = {
        name: np.char.decode(joined[name].astype(bytes), "utf-8") for name in _TEXT
    }
    return FeatureTable(class_names=header.class_names, **joined | texts)


def _example(table: FeatureTable, row: int) -> bytes:
    def raw(*values: bytes) -> tf.train.Feature:
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))

    features = {
        "patches": raw(table.patches[row].tobytes()),
        "au": raw(table.au[row].tobytes()),
        "label": tf.train.Feature(
            int64_list=tf.train.Int64List(value=[int(table.label[row])])
        ),
    } | {name: raw(str(getattr(table, name)[row]).encode()) for name in _TEXT}
    example = tf.train.Example(features=tf.train.Features(feature=features))
    # Without this, map fields may be written in any order and hashes would differ.
    return example.SerializeToString(deterministic=True)


def _parser(channels: int):
    text = tf.io.FixedLenFeature([], tf.string)
    schema = dict.fromkeys(("patches", "au", *_TEXT), text) | {
        "label": tf.io.FixedLenFeature([], tf.int64)
    }

    def parse(serialized: tf.Tensor) -> dict:
        record = tf.io.parse_example(serialized, schema)
        patches = tf.io.decode_raw(record["patches"], tf.float32)
        au = tf.io.decode_raw(record["au"], tf.uint8)
        shape = (-1, NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, channels)
        return record | {
            "patches": tf.reshape(patches, shape),
            "au": tf.reshape(au, (-1, NUM_AUS)),
        }

    return parse


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hash_of(parts: Sequence[Any]) -> str:
    """SHA-256 of `parts` as canonical JSON: the `key` of a store."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
