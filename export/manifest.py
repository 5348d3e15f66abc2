"""`manifest.json` of an export folder: what was written and how it compared."""

import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

from fgrmer_tf.errors import InputError

NAME = "manifest.json"
SCHEMA = 1
_PACKAGES = (
    "fgrmer-tf",
    "tensorflow",
    "keras",
    "numpy",
    "tf2onnx",
    "onnx",
    "onnxruntime",
    "ai-edge-litert",
)


def versions() -> dict[str, str]:
    """Versions of Python and of every package that an artefact depends on."""
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
    }


def file_records(folder: Path) -> list[dict[str, Any]]:
    """Path, size [bytes] and SHA-256 of every file below `folder`, sorted by path."""
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def read(folder: Path) -> dict[str, Any]:
    """Reads the manifest of an export folder.

    Raises:
        InputError: If there is none, it cannot be read, or its schema is another.
    """
    try:
        record = json.loads((folder / NAME).read_text(encoding="utf-8"))
        schema = record["schema"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"An export folder must hold a readable {NAME}. Received: `{folder}` "
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
        InputError: If a file is missing, changed or not in the manifest.
    """

    def mine(records: list[dict[str, Any]]) -> dict[str, str]:
        return {
            entry["path"]: entry["sha256"]
            for entry in records
            if f"{entry['path']}/".startswith(f"{artefact}/")
        }

    stated, found = mine(record["files"]), mine(file_records(folder))
    differing = sorted(
        path
        for path in stated.keys() | found.keys()
        if stated.get(path) != found.get(path)
    )
    if differing:
        raise InputError(
            f"Exported files must be as {NAME} says. Received: missing, changed or "
            f"added in `{folder}`: {', '.join(differing)}. Export the model again."
        )
