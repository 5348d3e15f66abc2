"""One folder with every exported format, verified, or no folder at all."""

import dataclasses
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import fresh_process, manifest, verify, warmup
from export.card import ModelCard, model_id
from export.clips import Clips, representative, varied
from export.core import Core, fold
from export.edge import bundle
from export.precision import in_float32
from export.reference import reference
from export.serving_graph import ServingConstants, ServingGraph
from export.settings import ExportSettings
from export.signature import (
    ARTEFACTS,
    QUANTIZED,
    Format,
    left_out,
    signatures,
    takes_frames,
)
from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError


def export_model(
    model: keras.Model,
    constants: ServingConstants,
    out: str | Path,
    *,
    clips: Clips,
    evaluation: Clips | None = None,
    settings: ExportSettings,
    progress: Callable[[str], None] | None = None,
    replace: bool = False,
) -> dict[str, Any]:
    """Writes the trained model in each format; each is read back and compared.

    Every format is written in a process of its own from one folded graph, and run in
    another.

    Writes:
        The files of `signature.ARTEFACTS` that were asked for in `out`, the bundle of
        `export.edge` in `out/edge` if it was, and `out/manifest.json`: path, size and
        SHA-256 of every file, versions, the card, the largest differences seen, their
        tolerances. All of it appears at once, after everything was verified.

    Args:
        model: Trained model with input `patches`, input `au_embeddings` when these are
            given, and output `logits`. Mixed precision is exported as float32.
        constants: What travels with the model.
        out: Folder to make.
        clips: Stored clips, of training subjects: numbers are compared on the first
            64, and 8-bit ranges are taken from `clips.representative`.
        evaluation: Clips with labels that 8-bit formats are scored on. Defaults to
            `clips`.
        settings: What to write.
        progress: Called with one line of text a step.
        replace: Whether an export in `out` may be replaced; it stays until the new one
            is whole.

    Returns:
        The manifest.

    Raises:
        InputError: If the clips do not go with the model, an 8-bit format is asked for
            without labels, the bundle of a model whose patches no graph can make, `out`
            exists and is not to be replaced or is no export, or `constants` does not go
            with the model.
        ExportError: If an artefact is not what the model is. Nothing is left of it.
    """
    say = progress or (lambda line: None)
    out = Path(out)
    check_out(out, replace)
    model = in_float32(model)
    graph = ServingGraph(model, constants)
    judged = clips if evaluation is None else evaluation
    for stored in (clips, judged):
        stored.require(graph.channels, graph.num_classes)
    _check_labels(settings.formats, judged)
    core = fold(graph)
    card = ModelCard(
        model_id=model_id(core.graph, constants.class_names),
        class_names=constants.class_names,
        preprocessing=constants.preprocessing,
        licence=settings.licence,
        data_statement=settings.data_statement,
    )
    if settings.edge:
        bundle.require_frames(card)
    expected = reference(
        model, constants, clips, judged if judged.label is not None else None
    )
    with (
        atomic.folder(out, replace=replace) as folder,
        tempfile.TemporaryDirectory() as staged,
    ):
        request = _stage(Path(staged), core, card, representative(clips), settings)

        def make(artefact: Format) -> dict[str, Any]:
            path = folder.resolve() / ARTEFACTS[artefact]
            path.parent.mkdir(exist_ok=True)
            say(f"Writing {ARTEFACTS[artefact]}")
            fresh_process.run(
                "export.build",
                request | {"artefact": artefact, "path": str(path)},
                f"Writing {path.name}",
            )
            say(f"Comparing {ARTEFACTS[artefact]} with Keras in a fresh process")
            return verify.verify(artefact, path, expected, card, opset=settings.opset)

        # Threads that wait for processes: one a core.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            made = pool.map(make, settings.formats)
            verified = dict(zip(settings.formats, made, strict=True))
        edge = {}
        if settings.edge and expected.frames is not None:
            say(f"Writing {bundle.NAME}: two images to a label, tried by itself")
            place = folder.resolve() / bundle.NAME
            edge = {"edge": bundle.write(place, request, card, expected.frames)}
        record = {
            "schema": manifest.SCHEMA,
            "formats": list(settings.formats),
            **dataclasses.asdict(card) | {"class_names": list(card.class_names)},
            "au_evidence": constants.au_evidence,
            "graph": {
                "before_folding": dataclasses.asdict(core.before),
                "after_folding": dataclasses.asdict(core.after),
            },
            "signatures": {
                artefact: signatures(
                    artefact,
                    channels=graph.channels,
                    num_classes=graph.num_classes,
                    frames=takes_frames(constants.preprocessing),
                )
                for artefact in settings.formats
            },
            "left_out": left_out(constants.preprocessing),
            "clips": clips.origin,
            "tolerance": {
                artefact: verify.TOLERANCE[artefact] for artefact in settings.formats
            },
            "verified": verified,
            **edge,
            "validation": {"passed": True},
            "versions": manifest.versions(),
            "files": manifest.file_records(folder),
        }
        atomic.write_json(folder / manifest.NAME, record)
    return record


def _stage(
    folder: Path,
    core: Core,
    card: ModelCard,
    clips: np.ndarray,
    settings: ExportSettings,
) -> dict[str, Any]:
    """Puts what `export.build` reads into `folder`; the part of its request on that."""
    paths = {
        name: folder / name for name in ("graph", "card", "representative", "warmup")
    }
    paths["graph"].write_bytes(core.graph)
    paths["card"].write_text(card.json(), encoding="utf-8")
    for name, patches in (
        ("representative", clips),
        ("warmup", varied(clips, max(warmup.BATCHES))),
    ):
        with open(paths[name], "wb") as file:
            np.save(file, patches)
    return {name: str(path) for name, path in paths.items()} | {"opset": settings.opset}


def _check_labels(formats: Sequence[Format], judged: Clips) -> None:
    eight_bit = [name for name in formats if name in QUANTIZED]
    if eight_bit and judged.label is None:
        raise InputError(
            "An 8-bit format is judged by its score on stored clips with labels. "
            f"Received: {eight_bit} and clips without labels. Give the feature store "
            "that the model was trained on."
        )


def check_out(out: Path, replace: bool) -> None:
    """Refuses a folder that exists, unless it is an export that may be replaced."""
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
