"""Files and folders that are there whole or not at all: write beside, fsync, rename."""

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def _sibling(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp-{uuid.uuid4().hex}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
    beside = _sibling(path)
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)
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
            _sync(file)
        _sync(beside)
        if path.exists():
            # A folder cannot be renamed over a full one: the old one steps aside.
            retired = _sibling(path)
            os.rename(path, retired)
            os.rename(beside, path)
            shutil.rmtree(retired)
        else:
            os.rename(beside, path)
        _sync(path.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
