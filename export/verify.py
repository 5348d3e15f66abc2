"""Whether an artefact is the trained model: structure, then numbers."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from export import signature, structure
from export.errors import ExportError
from export.serving_graph import ServingConstants, model_inputs
from export.signature import LABEL, LOGITS, PROBABILITIES, Format

TOLERANCE = 1e-5
"""Largest difference: of probabilities, and of logits relative to max(1, |logit|)."""
BATCHES = (1, 5, 64)

_ROOT = Path(__file__).resolve().parents[1]
_TIMEOUT = 300


def stored_inputs(inputs: np.ndarray) -> np.ndarray:
    """As many clips as the largest batch needs, all different.

    Args:
        inputs: float32 `(batch, landmarks, patch_h, patch_w, channels)`, at least one.

    Returns:
        The first clips of `inputs`; when they are too few, again at half, a third ...
        of their size.
    """
    rows = np.arange(max(BATCHES))
    scale = 1 + rows // len(inputs)
    return (inputs[rows % len(inputs)].T / scale).T.astype(np.float32)


def reference(
    model: keras.Model, constants: ServingConstants, patches: np.ndarray
) -> dict[str, np.ndarray]:
    """What Keras says: the model run eagerly on the CPU, soft-max in float64."""
    with tf.device("CPU"):
        inputs = model_inputs(constants, tf.constant(patches))
        logits = model(inputs, training=False)[LOGITS].numpy()
    exponential = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return {
        LOGITS: logits,
        PROBABILITIES: exponential / exponential.sum(axis=-1, keepdims=True),
    }


def verify(
    artefact: Format,
    path: Path,
    *,
    patches: np.ndarray,
    expected: dict[str, np.ndarray],
    channels: int,
    class_names: tuple[str, ...],
) -> dict[str, Any]:
    """Reads the artefact back, runs it in a fresh process and compares.

    Args:
        artefact: Format of the artefact.
        path: File or folder of the artefact.
        patches: What `stored_inputs` gave.
        expected: What `reference` said of them.
        channels: Channels of a patch.
        class_names: Names of all classes, in label order.

    Returns:
        Largest differences seen: `{signature: {batch: {output: difference}}}`.

    Raises:
        ExportError: If the structure is wrong, names, shapes or dtypes are not those of
            `export.signature`, the artefact cannot be run, a difference is above
            `TOLERANCE` or not finite, or a label is not that of the largest
            probability.
    """
    wanted = signature.signatures(
        artefact, channels=channels, num_classes=len(class_names)
    )
    described = structure.describe(artefact, path)
    if described != wanted:
        raise ExportError(
            f"{artefact}: names, shapes or dtypes are wrong. Wanted: {wanted}. "
            f"Written: {described}."
        )
    answers = _replay(artefact, path, patches, wanted)
    differences: dict[str, Any] = {}
    for name in wanted:
        for batch in BATCHES:
            outputs = {
                output: answers[f"{name}/{batch}/{output}"]
                for output in wanted[name]["outputs"]
            }
            found = {
                output: _difference(output, outputs[output], expected[output][:batch])
                for output in (LOGITS, PROBABILITIES)
            }
            differences.setdefault(name, {})[str(batch)] = found
            # `not <=` and not `>`: a difference that is not a number must fail too.
            if not all(value <= TOLERANCE for value in found.values()):
                raise ExportError(
                    f"{artefact}: signature `{name}` at batch {batch} differs from "
                    f"Keras by {found}; at most {TOLERANCE} is allowed."
                )
            _check_labels(artefact, outputs, class_names)
    return differences


def _difference(name: str, actual: np.ndarray, expected: np.ndarray) -> float:
    if actual.shape != expected.shape:
        return float("inf")
    scale = np.maximum(1, np.abs(expected)) if name == LOGITS else 1
    return float(np.max(np.abs(actual - expected) / scale))


def _check_labels(
    artefact: Format, outputs: dict[str, np.ndarray], class_names: tuple[str, ...]
) -> None:
    if LABEL not in outputs:
        return
    wanted = np.asarray(class_names)[outputs[PROBABILITIES].argmax(axis=-1)]
    if outputs[LABEL].tolist() != wanted.tolist():
        raise ExportError(
            f"{artefact}: labels must name the largest probability. Wanted: "
            f"{wanted.tolist()}. Said: {outputs[LABEL].tolist()}."
        )


def _replay(
    artefact: Format, path: Path, patches: np.ndarray, names: Iterable[str]
) -> dict[str, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = Path(folder, "inputs.npy"), Path(folder, "outputs.npz")
        np.save(inputs, patches)
        request = {
            "artefact": str(path.resolve()),
            "inputs": str(inputs),
            "outputs": str(outputs),
            "signatures": list(names),
            "batches": BATCHES,
        }
        environment = {
            # On the CPU, for a GPU may round float32 products to fewer bits.
            "CUDA_VISIBLE_DEVICES": "-1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "PYTHONPATH": os.pathsep.join([*sys.path, str(_ROOT)]),
        }
        try:
            done = subprocess.run(
                [sys.executable, "-m", "export.replay", json.dumps(request)],
                env=os.environ | environment,
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT,
            )
        except subprocess.TimeoutExpired as error:
            raise ExportError(
                f"{artefact}: did not answer within {_TIMEOUT} s in a fresh process."
            ) from error
        if done.returncode:
            raise ExportError(
                f"{artefact}: could not be run in a fresh process:\n"
                f"{done.stderr.strip()[-2000:]}"
            )
        with np.load(outputs) as answers:
            return dict(answers)
