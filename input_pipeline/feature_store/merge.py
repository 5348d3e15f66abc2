"""Two stores as one."""

import dataclasses
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.feature_store.header import Shard, StoreHeader, read_header
from input_pipeline.feature_store.parts import (
    read_part,
    require_alike,
    write_lists,
)
from input_pipeline.feature_store.shards import (
    copy_file,
    file_hash,
    read_clips,
    shard_name,
)
from input_pipeline.feature_store.work_folder import WorkFolder


def merge(stores: tuple[Path, ...], out: Path) -> StoreHeader:
    """Writes a store of all clips of `stores`, in that order.

    Reads:
        Every shard; a damaged one stops the merge.

    Writes:
        The folder `out`, whole or not at all.

    Args:
        stores: Two or more, of the same settings, classes and columns.
        out: The store to make.

    Raises:
        InputError: If they are fewer than two or differ in settings, classes or
            columns, if a clip is in more than one, if a shard is damaged, or if `out`
            exists.
    """
    if len(stores) < 2:
        raise InputError(
            "A merge takes two or more stores. Received: "
            f"{', '.join(map(str, stores)) or 'none'}."
        )
    if out.exists():
        raise InputError(f"`{out}` exists already. Name another store.")
    parts = [read_part(store) for store in stores]
    for other in parts[1:]:
        require_alike(parts[0], other)
    _require_disjoint(stores)
    with WorkFolder(out) as work:
        moved, number = [], 0
        for store, part in zip(stores, parts, strict=True):
            renamed = []
            for shard in part.shards:
                renamed.append(_copy(store, shard, work.shards, number))
                number += 1
            moved.append(dataclasses.replace(part, shards=tuple(renamed)))
        header = write_lists(work.shards, moved)
        work.commit(header)
    return header


def _require_disjoint(stores: tuple[Path, ...]) -> None:
    owner: dict[tuple[str, str, str], Path] = {}
    twice = []
    for store in stores:
        for clip in read_clips(store, read_header(store)):
            key = (clip["dataset"], clip["subject"], clip["clip"])
            if key in owner:
                twice.append(f"{'/'.join(key)} (`{owner[key]}` and `{store}`)")
            owner[key] = store
    if twice:
        raise InputError(
            f"A clip can be in one store alone. Received: {len(twice)} twice, first "
            f"{twice[0]}. Prepare them into one store."
        )


def _copy(store: Path, shard: Shard, folder: Path, number: int) -> Shard:
    name = shard_name(number)
    copy_file(store / shard.name, folder / name)
    # A shard that was damaged since it was read must not spread under a good name.
    if file_hash(folder / name) != shard.sha256:
        raise InputError(f"The shard `{store / shard.name}` changed while it was read.")
    return dataclasses.replace(shard, name=name)
