"""Files and folders that are there whole or not at all: write beside, fsync, rename."""

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO


def _sibling(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp-{uuid.uuid4().hex}")


def sync(path: Path) -> None:
    """Has the system write `path`, a file or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def file(path: str | Path) -> Iterator[BinaryIO]:
    """Yields an open hidden sibling that becomes `path` when the block succeeds.

    When the block raises, the sibling is removed and `path` is as it was.

    Args:
        path: Target file. Its folder must exist.
    """
    path = Path(path)
    beside = _sibling(path)
    try:
        with open(beside, "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    sync(path.parent)


def write_bytes(path: str | Path, data: bytes) -> Path:
    """Writes `data` to `path` so that a reader sees the old file or the new one.

    Args:
        path: Target file. Its folder is made when missing.
        data: Whole content.

    Returns:
        `path`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with file(path) as opened:
        opened.write(data)
    return path


def write_text(path: str | Path, text: str) -> Path:
    """Writes UTF-8 `text` to `path`, as `write_bytes` does."""
    return write_bytes(path, text.encode("utf-8"))


def write_json(path: str | Path, value: Any) -> Path:
    """Writes `value` as indented JSON to `path`, as `write_bytes` does."""
    return write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


@contextlib.contextmanager
def folder(path: str | Path, *, replace: bool = False) -> Iterator[Path]:
    """Yields a hidden sibling of `path` that becomes `path` when the block succeeds.

    When the block raises, the sibling is removed and `path` is as it was.

    Args:
        path: Target folder.
        replace: Whether an existing `path` is replaced at the end.

    Raises:
        FileExistsError: At entry, if `path` exists and `replace` is false.
    """
    path = Path(path)
    if path.exists() and not replace:
        raise FileExistsError(f"`{path}` exists already.")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _sibling(path)
    beside.mkdir()
    try:
        yield beside
        for file in beside.rglob("*"):
            sync(file)
        sync(beside)
        if path.exists():
            # A folder cannot be renamed over a full one: the old one steps aside.
            retired = _sibling(path)
            os.rename(path, retired)
            os.rename(beside, path)
            shutil.rmtree(retired)
        else:
            os.rename(beside, path)
        sync(path.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
