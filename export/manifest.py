"""`manifest.json`: what an export folder, or one pushed version of it, must hold."""

import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError

NAME = "manifest.json"
VERSION_NAME = "assets.extra/manifest.json"
"""Manifest of one pushed version, where TensorFlow Serving does not mind it."""
SCHEMA = 2
_PACKAGES = (
    "fgrmer-tf",
    "tensorflow",
    "keras",
    "numpy",
    "tf2onnx",
    "onnx",
    "onnxruntime",
    "ai-edge-litert",
    "tensorflow-serving-api",
)


def versions() -> dict[str, str]:
    """Versions of Python and of every package that an artefact depends on."""
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
    }


def file_records(folder: Path) -> list[dict[str, Any]]:
    """Path, size [bytes] and SHA-256 of every file below `folder`, sorted by path.

    Raises:
        InputError: If there is a symbolic link: what it shows may change.
    """
    records = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise InputError(
                "Exported files must be files, not links to some. "
                f"Received: `{path}`. Export the model again."
            )
        if path.is_file():
            data = path.read_bytes()
            records.append(
                {
                    "path": path.relative_to(folder).as_posix(),
                    "bytes": len(data),
                    "sha256": hashlib.sha256(data).hexdigest(),
                }
            )
    return records


def read(folder: Path, name: str = NAME) -> dict[str, Any]:
    """Reads the manifest of an export folder, or with `VERSION_NAME` of a version.

    Raises:
        InputError: If there is none, it cannot be read, or its schema is another.
    """
    try:
        record = json.loads((folder / name).read_text(encoding="utf-8"))
        schema = record["schema"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(
            f"An export folder must hold a readable {name}. Received: `{folder}` "
            f"({error}). Make one with `fgrmer export`."
        ) from error
    if schema != SCHEMA:
        raise InputError(
            f"This version reads exports of schema {SCHEMA}. Received: schema "
            f"{schema} in `{folder}`. Export the model again."
        )
    return record


def check(folder: Path, record: dict[str, Any], artefact: str) -> None:
    """Compares the files of one artefact with what the manifest says.

    Args:
        folder: The export folder.
        record: Its manifest.
        artefact: Path of the artefact within `folder`: a file, or a folder.

    Raises:
        InputError: If a file is missing, changed, a link, or not in the manifest, or
            the manifest does not list files.
    """

    def mine(sums: dict[str, str]) -> dict[str, str]:
        return {
            path: checksum
            for path, checksum in sums.items()
            if f"{path}/".startswith(f"{artefact}/")
        }

    found = checksums({"files": file_records(folder)})
    _compare(folder, mine(checksums(record)), mine(found))


def write_version(folder: Path, fields: dict[str, Any]) -> None:
    """Writes the manifest of a version: `fields`, and all files there are now."""
    record = {"schema": SCHEMA, **fields, "files": file_records(folder)}
    atomic.write_json(folder / VERSION_NAME, record)


def check_version(folder: Path) -> dict[str, Any]:
    """Compares a pushed version with its own manifest, before anything is loaded.

    Returns:
        The manifest: `model_id`, `version`, `class_names`, `files` and more.

    Raises:
        InputError: If there is no manifest, it does not list files, or a file is
            missing, changed, a link, or not in it.
    """
    record = read(folder, VERSION_NAME)
    found = checksums({"files": file_records(folder)})
    found.pop(VERSION_NAME)
    _compare(folder, checksums(record), found)
    return record


def checksums(record: dict[str, Any]) -> dict[str, str]:
    """SHA-256 of every file that a manifest lists, by its path.

    Raises:
        InputError: If it lists none so.
    """
    try:
        return {str(entry["path"]): entry["sha256"] for entry in record["files"]}
    except (TypeError, KeyError) as error:
        raise InputError(
            f"{NAME} must list files by `path` and `sha256` under `files`. Received: "
            f"{error!r}. Export the model again."
        ) from error


def _compare(folder: Path, stated: dict[str, str], found: dict[str, str]) -> None:
    differing = sorted(
        path
        for path in stated.keys() | found.keys()
        if stated.get(path) != found.get(path)
    )
    if differing:
        raise InputError(
            f"Exported files must be as {NAME} says. Received: missing, changed or "
            f"added: {', '.join(differing)} in `{folder}`. Export the model again."
        )
