"""One folder with every format of a trained TransFER, verified, or no folder at all."""

import dataclasses
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import fresh_process, manifest, structure, verify, warmup
from export.card import ModelCard, model_id
from export.core import Core, fold
from export.errors import ExportError
from export.exporter import check_out
from export.precision import in_float32
from export.settings import ExportSettings
from export.signature import ARTEFACTS, QUANTIZED, Format
from export.transfer_graph import TransferConstants, TransferGraph
from export.transfer_images import Images, several, spread
from export.transfer_reference import BATCHES, TransferReference, reference
from export.transfer_signature import signatures
from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError

TIMEOUT = 1800
"""Seconds after which a step counts as failed: the published network is large."""


def export_transfer(
    model: keras.Model,
    constants: TransferConstants,
    out: str | Path,
    *,
    images: Images,
    evaluation: Images | None = None,
    settings: ExportSettings,
    progress: Callable[[str], None] | None = None,
    replace: bool = False,
) -> dict[str, Any]:
    """Writes the trained model in each format; each is read back and compared.

    As `exporter.export_model` does for FGRMER, with the same files, checks, tolerances
    and manifest; batches are smaller.

    Args:
        model: From `build_transfer`, trained. Mixed precision is exported as float32.
        constants: What travels with the model.
        out: Folder to make.
        images: As the model was trained on: the first are compared, and 8-bit ranges
            are taken from all.
        evaluation: Images with labels that 8-bit formats are scored on. Defaults to
            `images`.
        settings: What to write.
        progress: Called with one line of text a step.
        replace: Whether an export in `out` may be replaced.

    Returns:
        The manifest.

    Raises:
        InputError: If `images` or `constants` do not go with the model, an 8-bit format
            is asked for without labels, or `out` exists and is not to be replaced or is
            no export.
        ExportError: If an artefact is not what the model is. Nothing is left of it.
    """
    say = progress or (lambda line: None)
    out = Path(out)
    check_out(out, replace)
    graph = TransferGraph(in_float32(model), constants)
    judged = images if evaluation is None else evaluation
    for given in (images, judged):
        given.require(graph.image_size, graph.num_classes)
    if set(settings.formats) & set(QUANTIZED) and judged.label is None:
        raise InputError(
            "An 8-bit format is judged by its score on images with labels. Received: "
            f"{list(settings.formats)} and images without labels. Give the pictures "
            "that the model was trained on."
        )
    core = fold(graph)
    card = ModelCard(
        model_id=model_id(core.graph, constants.class_names),
        class_names=constants.class_names,
        preprocessing=constants.preprocessing(graph.image_size),
        licence=settings.licence,
        data_statement=settings.data_statement,
    )
    expected = reference(graph, images, judged)
    wanted = {
        artefact: signatures(
            artefact, image_size=graph.image_size, num_classes=graph.num_classes
        )
        for artefact in settings.formats
    }
    with (
        atomic.folder(out, replace=replace) as folder,
        tempfile.TemporaryDirectory() as staged,
    ):
        request = _stage(Path(staged), core, card, images, settings)

        def make(artefact: Format) -> dict[str, Any]:
            path = folder.resolve() / ARTEFACTS[artefact]
            path.parent.mkdir(exist_ok=True)
            say(f"Writing {ARTEFACTS[artefact]}")
            fresh_process.run(
                "export.transfer_build",
                request | {"artefact": artefact, "path": str(path)},
                f"Writing {path.name}",
                TIMEOUT,
            )
            say(f"Comparing {ARTEFACTS[artefact]} with Keras in a fresh process")
            described = structure.describe(artefact, path, opset=settings.opset)
            if described.signatures != wanted[artefact]:
                raise ExportError(
                    f"{artefact}: names, shapes or dtypes are wrong. Wanted: "
                    f"{wanted[artefact]}. Written: {described.signatures}."
                )
            answers = _replay(artefact, path, expected, list(wanted[artefact]))
            return verify.judge(artefact, described, answers, expected, card, BATCHES)

        # Threads that wait for processes: one a core.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            made = pool.map(make, settings.formats)
            verified = dict(zip(settings.formats, made, strict=True))
        record = {
            "schema": manifest.SCHEMA,
            "formats": list(settings.formats),
            **dataclasses.asdict(card) | {"class_names": list(card.class_names)},
            "graph": {
                "before_folding": dataclasses.asdict(core.before),
                "after_folding": dataclasses.asdict(core.after),
            },
            "signatures": wanted,
            "images": images.origin,
            "tolerance": {
                artefact: verify.TOLERANCE[artefact] for artefact in settings.formats
            },
            "verified": verified,
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
    images: Images,
    settings: ExportSettings,
) -> dict[str, Any]:
    """Puts what `transfer_build` reads into `folder`; the part of its request on it."""
    names = ("graph", "card", "representative", "warmup")
    paths = {name: folder / name for name in names}
    paths["graph"].write_bytes(core.graph)
    paths["card"].write_text(card.json(), encoding="utf-8")
    for name, pixels in (
        ("representative", spread(images)),
        ("warmup", several(images.pixels, max(warmup.BATCHES))),
    ):
        with open(paths[name], "wb") as file:
            np.save(file, pixels)
    return {name: str(path) for name, path in paths.items()} | {"opset": settings.opset}


def _replay(
    artefact: Format, path: Path, expected: TransferReference, names: list[str]
) -> dict[str, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = Path(folder, "inputs.npz"), Path(folder, "outputs.npz")
        asked: dict[str, Any] = {"pixels": expected.pixels}
        if artefact in QUANTIZED and expected.evaluation is not None:
            asked["evaluation"] = expected.evaluation.pixels
        np.savez(inputs, **asked)
        request = {
            "artefact": str(path.resolve()),
            "inputs": str(inputs),
            "outputs": str(outputs),
            "signatures": names,
            "batches": BATCHES,
        }
        fresh_process.run(
            "export.transfer_replay", request, f"Running {path.name}", TIMEOUT
        )
        with np.load(outputs) as answers:
            return dict(answers)
