"""What a store consists of, so that stores can be added to and merged."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fgrmer_tf.errors import InputError
from input_pipeline.feature_store.header import (
    Field,
    Shard,
    StoreHeader,
    hash_of,
    read_header,
    write_header,
)
from input_pipeline.findings import (
    Repair,
    Skip,
    read_repairs,
    read_skips,
    write_findings,
)
from input_pipeline.records import Sample, read_manifest, write_manifest

MANIFEST = "manifest.csv"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Part:
    """Some clips of one store; see `StoreHeader` for what has the same name there.

    Args:
        key: See there.
        class_names: See there.
        settings: See there.
        fields: See there.
        shards: See there.
        samples: The clips, in record order; none in a store made from a table.
        skipped: Clips left out.
        repairs: Values that a loader changed.
    """

    key: str
    class_names: tuple[str, ...]
    settings: Mapping[str, Any]
    fields: Mapping[str, Field]
    shards: tuple[Shard, ...]
    samples: tuple[Sample, ...]
    skipped: tuple[Skip, ...]
    repairs: tuple[Repair, ...]


def read_part(store: Path) -> Part:
    """The whole of `store` as a part.

    Raises:
        InputError: If `store` is no feature store.
    """
    header = read_header(store)
    manifest = store / MANIFEST
    return Part(
        key=header.key,
        class_names=header.class_names,
        settings=header.settings,
        fields=header.fields,
        shards=header.shards,
        samples=read_manifest(manifest, header.class_names).samples
        if manifest.exists()
        else (),
        skipped=read_skips(store),
        repairs=read_repairs(store),
    )


def require_alike(one: Part, other: Part) -> None:
    """Refuses parts that cannot be in one store.

    Raises:
        InputError: If settings, classes or columns differ, naming what does.
    """
    for name in ("settings", "class_names", "fields"):
        mine, others = getattr(one, name), getattr(other, name)
        if mine == others:
            continue
        if isinstance(mine, Mapping):
            differing = [k for k in {**mine, **others} if mine.get(k) != others.get(k)]
            mine, others = ({k: v.get(k) for k in differing} for v in (mine, others))
        raise InputError(
            f"Clips of one store must have the same {name}. Received: {mine} and "
            f"{others}. Prepare them with the same options, or keep two stores."
        )


def write_lists(folder: Path, parts: Sequence[Part]) -> StoreHeader:
    """Writes all of a store but its shards, which lie in `folder` already.

    A clip that an earlier part left out and a later one has is no longer left out.

    Args:
        folder: Becomes a store.
        parts: In record order, alike.

    Writes:
        `manifest.csv`, `skipped.csv`, `repairs.csv` and, last, `header.json`.
    """
    first = parts[0]
    samples = [sample for part in parts for sample in part.samples]
    skipped = list(first.skipped)
    for part in parts[1:]:
        there = {sample.key for sample in part.samples}
        skipped = [
            skip
            for skip in skipped
            if (skip.dataset, skip.subject, skip.clip) not in there
        ]
        skipped += [skip for skip in part.skipped if skip not in skipped]
    repairs = dict.fromkeys(repair for part in parts for repair in part.repairs)
    if samples:
        write_manifest(folder / MANIFEST, samples)
        write_findings(folder, skipped, repairs)
    shards = tuple(shard for part in parts for shard in part.shards)
    header = StoreHeader(
        key=first.key if len(parts) == 1 else hash_of([part.key for part in parts]),
        class_names=first.class_names,
        fields=first.fields,
        clips=sum(shard.clips for shard in shards),
        settings=first.settings,
        shards=shards,
    )
    write_header(folder, header)
    return header
