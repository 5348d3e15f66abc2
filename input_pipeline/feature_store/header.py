"""The header of a feature store: what is in it and what made it."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError

SCHEMA = 2
FILE = "header.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """One column of the store.

    Args:
        dtype: Of NumPy, or `text`.
        shape: Of one clip's value.
    """

    dtype: str
    shape: Sequence[int]

    def __post_init__(self) -> None:
        # JSON knows lists alone.
        object.__setattr__(self, "shape", tuple(self.shape))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shard:
    """One TFRecord file: its `name`, its number of `clips` and its `sha256`."""

    name: str
    clips: int
    sha256: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class StoreHeader:
    """What `header.json` says.

    Args:
        schema: Version of the record format.
        key: SHA-256 of everything that made the store: settings, rows, source files.
        class_names: Names of all classes, in label order.
        fields: The columns, those of `FeatureTable`.
        clips: Number of records.
        settings: What made the patches, such as the motion settings.
        shards: The files, in record order.
    """

    schema: int = SCHEMA
    key: str
    class_names: tuple[str, ...]
    fields: Mapping[str, Field]
    clips: int
    settings: Mapping[str, Any]
    shards: tuple[Shard, ...]

    @property
    def channels(self) -> int:
        """Channels of a patch."""
        return self.fields["patches"].shape[-1]


def write_header(folder: Path, header: StoreHeader) -> None:
    """Writes `folder/header.json`, with a hash of what it says."""
    fields = dataclasses.asdict(header)
    # As JSON gives it back, so that the hash of what is read is the hash of this.
    fields = json.loads(json.dumps(fields, default=str))
    atomic.write_json(folder / FILE, fields | {"sha256": hash_of([fields])})


def read_header(store: str | Path) -> StoreHeader:
    """Reads `header.json`.

    Raises:
        InputError: If `store` is not a feature store of this schema, or the header was
            changed after it was written.
    """
    try:
        fields = json.loads((Path(store) / FILE).read_text(encoding="utf-8"))
        if fields["schema"] != SCHEMA:
            raise InputError(
                f"This version reads feature stores of schema {SCHEMA}. Received: "
                f"schema {fields['schema']} in `{store}`. Prepare it again."
            )
        written = fields.pop("sha256")
        header = StoreHeader(
            **fields
            | {
                "class_names": tuple(fields["class_names"]),
                "fields": {
                    name: Field(**field) for name, field in fields["fields"].items()
                },
                "shards": tuple(Shard(**shard) for shard in fields["shards"]),
            }
        )
    except InputError:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"`{store}` is not a feature store: its {FILE} cannot be read ({error}). "
            "Make one with `fgrmer prepare`, or out of a feature table with `fgrmer "
            "features import FILE.npz --out STORE`."
        ) from error
    if written != hash_of([fields]):
        raise InputError(
            f"`{store}/{FILE}` was changed after it was written: its SHA-256 is not "
            "the one in it. Put the original back, or prepare the store again."
        )
    return header


def hash_of(parts: Sequence[Any]) -> str:
    """SHA-256 of `parts` as canonical JSON."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
