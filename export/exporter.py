"""One folder with every exported format, verified, or no folder at all."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import litert_model, manifest, onnx_model, saved_model, verify
from export.serving_graph import ServingConstants, ServingGraph
from export.signature import ARTEFACTS, FORMATS, Format, patches_shape, signatures
from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError


def export_model(
    model: keras.Model,
    constants: ServingConstants,
    out: str | Path,
    *,
    formats: Sequence[Format] = FORMATS,
    inputs: np.ndarray,
    progress: Callable[[str], None] | None = None,
    replace: bool = False,
) -> dict[str, Any]:
    """Writes the trained model in each format; each is read back and compared.

    Writes:
        `out/savedmodel/1/`, `out/model.onnx`, `out/model.tflite` as asked for, and
        `out/manifest.json`: path, size and SHA-256 of every file, versions, the largest
        differences seen, class names, preprocessing. All of it appears at once, after
        everything was verified.

    Args:
        model: Trained model with input `patches`, input `au_embeddings` when these are
            given, and output `logits`.
        constants: What travels with the model.
        out: Folder to make.
        formats: What to write, each once, at least one.
        inputs: float32 `(batch, landmarks, patch_h, patch_w, channels)`, finite, at
            least one: stored clips to compare on. The first 64 are used.
        progress: Called with one line of text a step.
        replace: Whether an export in `out` may be replaced; it stays until the new one
            is whole.

    Returns:
        The manifest.

    Raises:
        InputError: If `formats` is empty, doubles one or names an unknown one, if
            `inputs` has another shape or dtype, is empty or not finite, if `out` exists
            and is not to be replaced or is no export, or if `constants` does not go
            with the model.
        ExportError: If an artefact is not what the model is. Nothing is left of it.
    """
    say = progress or (lambda line: None)
    out = Path(out)
    _check_formats(formats)
    _check_out(out, replace)
    graph = ServingGraph(model, constants)
    _check_inputs(inputs, graph.channels)
    patches = verify.stored_inputs(inputs)
    expected = verify.reference(model, constants, patches)
    differences = {}
    with atomic.folder(out, replace=replace) as folder:
        for artefact in formats:
            path = folder / ARTEFACTS[artefact]
            path.parent.mkdir(exist_ok=True)
            say(f"Writing {ARTEFACTS[artefact]}")
            _write(artefact, graph, path, constants)
            say(f"Comparing {ARTEFACTS[artefact]} with Keras in a fresh process")
            differences[artefact] = verify.verify(
                artefact,
                path,
                patches=patches,
                expected=expected,
                channels=graph.channels,
                class_names=constants.class_names,
            )
        record = {
            "schema": manifest.SCHEMA,
            "formats": list(formats),
            "class_names": list(constants.class_names),
            "preprocessing": constants.preprocessing,
            "au_evidence": constants.au_evidence,
            "signatures": {
                artefact: signatures(
                    artefact,
                    channels=graph.channels,
                    num_classes=graph.num_classes,
                )
                for artefact in formats
            },
            "tolerance": verify.TOLERANCE,
            "differences": differences,
            "versions": manifest.versions(),
            "files": manifest.file_records(folder),
        }
        atomic.write_json(folder / manifest.NAME, record)
    return record


def _write(
    artefact: Format, graph: ServingGraph, path: Path, constants: ServingConstants
) -> None:
    if artefact == "savedmodel":
        saved_model.write(graph, path)
    elif artefact == "onnx":
        metadata = {
            "class_names": json.dumps(constants.class_names),
            "preprocessing": json.dumps(constants.preprocessing),
        }
        onnx_model.write(graph, path, metadata)
    else:
        litert_model.write(graph, path)


def _check_formats(formats: Sequence[str]) -> None:
    known = set(formats) <= set(FORMATS)
    if not formats or not known or len(set(formats)) < len(formats):
        raise InputError(
            f"`formats` must name each of {', '.join(FORMATS)} at most once, and "
            f"at least one. Received: {list(formats)}."
        )


def _check_out(out: Path, replace: bool) -> None:
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


def _check_inputs(inputs: np.ndarray, channels: int) -> None:
    wanted = patches_shape(channels)
    shaped = inputs.ndim == 5 and inputs.shape[1:] == wanted and len(inputs)
    if not shaped or inputs.dtype != np.float32:
        raise InputError(
            f"`inputs` must hold at least one clip, float32 of shape (batch, "
            f"{', '.join(map(str, wanted))}). Received: {inputs.dtype} {inputs.shape}. "
            "Give patches as the model was trained with."
        )
    if not np.isfinite(inputs).all():
        raise InputError(
            "`inputs` must be finite. Received: NaN or infinity in "
            f"{np.count_nonzero(~np.isfinite(inputs).all(axis=(1, 2, 3, 4)))} of "
            f"{len(inputs)} clips. Remove or recompute those clips."
        )
