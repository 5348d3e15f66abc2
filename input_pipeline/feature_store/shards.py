"""Shards: TFRecord files that are there whole or not at all."""

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.feature_store import rows, tfrecord
from input_pipeline.feature_store.header import Shard, StoreHeader

_BLOCK = 1 << 20
_FEWEST, _MOST = 16, 1024


def clips_a_shard(clips: int) -> int:
    """How many clips share a shard of a store of `clips` clips.

    About 64 shards, so that workers share the work evenly and a killed run loses
    little; but not so few clips that files are tiny, nor so many that losing one hurts.
    """
    return min(max(clips // 64, _FEWEST), _MOST)


def shard_name(number: int) -> str:
    """The file of shard `number`, from 0."""
    return f"shard-{number:05d}.tfrecord"


def shard_number(name: str) -> int:
    """The inverse of `shard_name`."""
    return int(name.removeprefix("shard-").partition(".")[0])


class ShardWriter:
    """Counts and hashes what it writes; made by `shard_writer`."""

    def __init__(self, write: Callable[[bytes], Any], name: str) -> None:
        self._write, self._name = write, name
        self._hash = hashlib.sha256()
        self.clips = 0

    def add(self, record: bytes) -> None:
        """Writes one record."""
        framed = tfrecord.frame(record)
        self._write(framed)
        self._hash.update(framed)
        self.clips += 1

    def entry(self) -> Shard:
        """What the header says of the shard as written so far."""
        return Shard(name=self._name, clips=self.clips, sha256=self._hash.hexdigest())


@contextlib.contextmanager
def shard_writer(folder: Path, number: int) -> Iterator[ShardWriter]:
    """Yields a writer of shard `number`, which appears when the block succeeds.

    A shard without a record does not appear.
    """
    path = folder / shard_name(number)
    with contextlib.ExitStack() as stack:
        opened = None

        def write(data: bytes) -> None:
            nonlocal opened
            opened = opened or stack.enter_context(atomic.file(path))
            opened.write(data)

        yield ShardWriter(write, path.name)


def file_hash(path: Path) -> str:
    """SHA-256 of a file of any size."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def copy_file(source: Path, target: Path) -> None:
    """Copies a file of any size; `target` is there whole or not at all."""
    with open(source, "rb") as read, atomic.file(target) as written:
        shutil.copyfileobj(read, written, _BLOCK)


def is_whole(folder: Path, shard: Shard) -> bool:
    """Whether the file is there with the bytes that were written."""
    path = folder / shard.name
    return path.is_file() and file_hash(path) == shard.sha256


def read_clips(store: Path, header: StoreHeader) -> Iterator[dict[str, Any]]:
    """The values of every clip in record order, a shard at a time.

    Raises:
        InputError: If a shard is missing or damaged, by name.
    """
    for shard in header.shards:
        if not is_whole(store, shard):
            raise InputError(
                f"The shard `{store / shard.name}` is missing or damaged: its SHA-256 "
                f"is not the one in header.json. `fgrmer store verify {store}` says "
                "which clips it costs; put the shard back or prepare the store again."
            )
        with open(store / shard.name, "rb") as file:
            for record in tfrecord.read(file):
                if isinstance(record, tfrecord.Damage):
                    raise InputError(f"`{store / shard.name}`: {record.what}.")
                yield rows.from_record(record, header.fields)
