"""One folder with every exported format, verified, or no folder at all."""

import dataclasses
import os
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from export import fresh_process, manifest
from export.card import ModelCard
from export.core import Core
from export.settings import ExportSettings
from export.signature import ARTEFACTS, Format
from export.tolerance import TOLERANCE
from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """What is written, for a system of any kind.

    Args:
        core: The folded graph.
        card: What every artefact says of itself.
        settings: What to write.
        builder: Module that writes one artefact in a process of its own.
        timeout: Longest time that it may take [s].
        representative: What 8-bit ranges are taken from.
        warmup: What a server warms up with.
        wanted: Signatures of each format.
        facts: What the manifest says beside what it says of every system.
    """

    core: Core
    card: ModelCard
    settings: ExportSettings
    builder: str
    timeout: float = fresh_process.TIMEOUT
    representative: np.ndarray
    warmup: np.ndarray
    wanted: Mapping[Format, dict[str, dict[str, Any]]]
    facts: Mapping[str, Any]


def write_verified(
    out: Path,
    parts: Parts,
    verified: Callable[[Format, Path], dict[str, Any]],
    say: Callable[[str], None],
    *,
    replace: bool,
    add: Callable[[Path, dict[str, Any]], dict[str, Any]] = lambda folder, request: {},
) -> dict[str, Any]:
    """Writes and verifies each format, and then lets the folder appear.

    Every format is written in a process of its own from one folded graph.

    Writes:
        The files of `signature.ARTEFACTS` that were asked for in `out`, what `add`
        writes, and `out/manifest.json`: path, size and SHA-256 of every file, versions,
        the card, the largest differences seen, their tolerances.

    Args:
        out: Folder to make.
        parts: What is written.
        verified: Reads an artefact of a format back; its record, or `ExportError`.
        say: Called with one line of text a step.
        replace: Whether an export in `out` may be replaced; it stays until the new one
            is whole.
        add: Writes more into the folder, given the request that `parts.builder` got;
            what the manifest says of it.

    Returns:
        The manifest.

    Raises:
        ExportError: If an artefact is not what the model is. Nothing is left of it.
    """
    formats = parts.settings.formats
    with (
        atomic.folder(out, replace=replace) as folder,
        tempfile.TemporaryDirectory() as staged,
    ):
        request = _stage(Path(staged), parts)

        def make(artefact: Format) -> dict[str, Any]:
            path = folder.resolve() / ARTEFACTS[artefact]
            path.parent.mkdir(exist_ok=True)
            say(f"Writing {ARTEFACTS[artefact]}")
            asked = request | {"artefact": artefact, "path": str(path)}
            fresh_process.run(
                parts.builder, asked, f"Writing {path.name}", parts.timeout
            )
            say(f"Comparing {ARTEFACTS[artefact]} with Keras in a fresh process")
            return verified(artefact, path)

        # Threads that wait for processes: one a core.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = dict(zip(formats, pool.map(make, formats), strict=True))
        record = {
            "schema": manifest.SCHEMA,
            "formats": list(formats),
            **dataclasses.asdict(parts.card),
            "class_names": list(parts.card.class_names),
            "graph": {
                "before_folding": dataclasses.asdict(parts.core.before),
                "after_folding": dataclasses.asdict(parts.core.after),
            },
            "signatures": {artefact: parts.wanted[artefact] for artefact in formats},
            **parts.facts,
            "tolerance": {artefact: TOLERANCE[artefact] for artefact in formats},
            "verified": found,
            **add(folder.resolve(), request),
            "validation": {"passed": True},
            "versions": manifest.versions(),
            "files": manifest.file_records(folder),
        }
        atomic.write_json(folder / manifest.NAME, record)
    return record


def _stage(folder: Path, parts: Parts) -> dict[str, Any]:
    """Puts what the builder reads into `folder`; the part of its request on that."""
    paths = {
        name: folder / name for name in ("graph", "card", "representative", "warmup")
    }
    paths["graph"].write_bytes(parts.core.graph)
    paths["card"].write_text(parts.card.json(), encoding="utf-8")
    for name in ("representative", "warmup"):
        with open(paths[name], "wb") as file:
            np.save(file, getattr(parts, name))
    opset = parts.settings.opset
    return {name: str(path) for name, path in paths.items()} | {"opset": opset}


def check_out(out: Path, replace: bool) -> None:
    """Refuses a folder that exists, unless it is an export that may be replaced.

    Raises:
        InputError: If it is refused.
    """
    if out.exists() and not replace:
        raise InputError(
            f"The export folder must not exist yet. Received: `{out}`. Choose another "
            "or ask for it to be replaced."
        )
    if out.exists() and not (out / manifest.NAME).is_file():
        raise InputError(
            "Only an export may be replaced by an export. Received: "
            f"`{out}`, which has no {manifest.NAME}. Choose another folder."
        )
