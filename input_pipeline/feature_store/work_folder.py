"""Where a store grows: a hidden folder beside it, which a killed run leaves behind."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from fgrmer_tf.errors import InputError
from input_pipeline.feature_store.header import FILE, Shard, StoreHeader
from input_pipeline.feature_store.shards import copy_file

SHARDS, DONE = "shards", "done"


class WorkFolder:
    """`.NAME.work` beside the store NAME; one process at a time holds it.

    `shards/` becomes the store; `done/` says which shards are finished. Both survive a
    kill, so that the next run takes them up. Nothing else is ever half-written.

    Args:
        store: The store to make.

    Raises:
        InputError: On entry, if another process holds the folder.
        OSError: On entry, if there is no room or no permission.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self.path = self.place(store)
        self.shards = self.path / SHARDS
        self.done = self.path / DONE
        self._previous = self.path / "previous"
        self._lock_file = self.path / "lock"
        self._lock, self._held = -1, False

    @staticmethod
    def place(store: Path) -> Path:
        """Where the work folder of `store` is, if there is one."""
        return store.with_name(f".{store.name}.work")

    def __enter__(self) -> "WorkFolder":
        self._hold()
        try:
            os.ftruncate(self._lock, 0)
            os.write(self._lock, str(os.getpid()).encode())
            finished = (self.shards / FILE).exists() and self._previous.exists()
            if finished and not self.store.exists():
                # Killed between the two renames of `commit`: the new store is whole.
                os.rename(self.shards, self.store)
            shutil.rmtree(self._previous, ignore_errors=True)
            for folder in (self.shards, self.done):
                folder.mkdir(exist_ok=True)
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Without the lock file the folder is gone, or another process's.
        if self._held and not any(self.done.iterdir()):
            self.discard()
        os.close(self._lock)

    def commit(self, header: StoreHeader) -> None:
        """Turns `shards/` into the store, in place of an older one."""
        expected = {shard.name for shard in header.shards}
        for file in self.shards.glob("*.tfrecord*"):
            if file.name not in expected:
                file.unlink()
        for file in self.shards.glob(".*"):
            file.unlink()
        if self.store.exists():
            # A folder cannot be renamed over a full one: the old one steps aside.
            os.rename(self.store, self._previous)
        os.rename(self.shards, self.store)
        _sync(self.store.parent)
        self.discard()

    def adopt(self, shards: Sequence[Shard]) -> None:
        """Puts the `shards` of the present store beside the new ones."""
        for shard in shards:
            target = self.shards / shard.name
            target.unlink(missing_ok=True)
            try:
                os.link(self.store / shard.name, target)
            except OSError:
                # A file system without hard links.
                copy_file(self.store / shard.name, target)

    def discard(self) -> None:
        """Removes the folder and all that is in it; it is no longer held."""
        for folder in (self.shards, self.done, self._previous):
            shutil.rmtree(folder, ignore_errors=True)
        self._lock_file.unlink()
        self._held = False
        # Another process may have begun here since the line before.
        with contextlib.suppress(OSError):
            self.path.rmdir()

    def _hold(self) -> None:
        while not self._held:
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                self._lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o644)
            except FileNotFoundError:
                continue
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.read(self._lock, 32).decode() or "unknown"
                os.close(self._lock)
                raise InputError(
                    "A feature store is made by one process at a time. Received: "
                    f"`{self.store}`, which process {holder} is making. Wait for it, "
                    "stop it, or name another store."
                ) from error
            # Its last holder may have removed the file between our open and our lock.
            self._held = self._is_lock_file()
            if not self._held:
                os.close(self._lock)

    def _is_lock_file(self) -> bool:
        try:
            there = self._lock_file.stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(os.fstat(self._lock), there)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
