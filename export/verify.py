"""Whether an artefact is the trained model: structure, then numbers."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from export import fresh_process, signature, structure
from export.card import ModelCard
from export.errors import ExportError
from export.quality import quality
from export.reference import BATCHES, FRAMES_BATCHES, Reference, Truth
from export.replay import EVALUATED
from export.signature import (
    CARD_SIGNATURE,
    CLASSES,
    FRAMES_SIGNATURE,
    LABEL,
    LOGITS,
    PROBABILITIES,
    QUANTIZED,
    SCORES,
    Format,
)

_FLOAT32 = {LOGITS: 1e-5, PROBABILITIES: 1e-5, SCORES: 1e-5}
TOLERANCE: dict[Format, dict[str, float]] = {
    "savedmodel": _FLOAT32,
    "onnx": _FLOAT32,
    "litert": _FLOAT32,
    # Weights of 11 bits: how far a logit moves depends on what it is summed from, and
    # a probability is what counts in the end.
    "litert-float16": {PROBABILITIES: 2e-3},
    "litert-dynamic": {},
    "litert-int8": {},
}
"""Largest difference: of probabilities, and of logits relative to max(1, the largest
|logit| of all clips that are asked about).

8-bit formats are judged by their score instead; their numbers must be finite."""


FRAMES_TOLERANCE = 1e-3
"""Largest difference of probabilities where the graph measures the motion itself."""


def verify(
    artefact: Format, path: Path, expected: Reference, card: ModelCard, *, opset: int
) -> dict[str, Any]:
    """Reads the artefact back, runs it in a fresh process and compares.

    Args:
        artefact: Format of the artefact.
        path: File or folder of the artefact.
        expected: What Keras said; with an evaluation set for the 8-bit formats.
        card: What the artefact must say of itself.
        opset: Operator set of an ONNX file.

    Returns:
        `differences`: `{signature: {batch: {output: largest difference}}}`;
        `structure`: what `structure.describe` counted; of the 8-bit formats `quality`,
        of a SavedModel `warmup_requests`.

    Raises:
        ExportError: If the structure is wrong, names, shapes or dtypes are not those of
            `export.signature`, the card is another, the artefact cannot be run, a
            number is not finite, a difference is above `TOLERANCE`, the score of an
            8-bit format falls too far, a label is not that of the largest probability,
            or a warm-up request fails.
    """
    channels = expected.patches.shape[-1]
    wanted = signature.signatures(
        artefact,
        channels=channels,
        num_classes=len(card.class_names),
        frames=signature.takes_frames(card.preprocessing),
    )
    described = describe(artefact, path, wanted, opset=opset)
    answers = _replay(artefact, path, expected, list(wanted))
    record = judge(artefact, described, answers, expected, card, BATCHES)
    if FRAMES_SIGNATURE in wanted:
        record["differences"][FRAMES_SIGNATURE] = _frames(answers, expected, card)
    return record


def describe(
    artefact: Format, path: Path, wanted: dict[str, dict[str, Any]], *, opset: int
) -> structure.Structure:
    """What the file says of itself, with the signatures that are wanted.

    Raises:
        ExportError: If the structure is wrong, or names, shapes or dtypes are others.
    """
    described = structure.describe(artefact, path, opset=opset)
    if described.signatures != wanted:
        raise ExportError(
            f"{artefact}: names, shapes or dtypes are wrong. Wanted: {wanted}. "
            f"Written: {described.signatures}."
        )
    # In the order of `wanted`: that of a file's signatures may be any.
    return dataclasses.replace(described, signatures=wanted)


def judge(
    artefact: Format,
    described: structure.Structure,
    answers: dict[str, np.ndarray],
    expected: Truth,
    card: ModelCard,
    batches: tuple[int, ...],
) -> dict[str, Any]:
    """What a fresh process answered, against Keras and the card.

    Args:
        artefact: Format of the artefact.
        described: What its file says.
        answers: One array `signature/batch/name` an output; the card of a SavedModel
            and its `warmup_requests`; `EVALUATED` of the 8-bit formats.
        expected: What Keras said.
        card: What the artefact must say of itself.
        batches: Sizes of the batches that were asked.

    Returns:
        As `verify`.

    Raises:
        ExportError: As `verify`.
    """
    _check_card(artefact, described.card, answers, card)
    record: dict[str, Any] = {
        "differences": {
            name: {
                str(batch): _compare(artefact, name, batch, answers, expected, card)
                for batch in batches
            }
            for name in described.signatures
            if name not in (CARD_SIGNATURE, FRAMES_SIGNATURE)
        },
        "structure": described.counts,
    }
    if artefact in QUANTIZED:
        record["quality"] = _score(answers, expected, card)
    if artefact == "savedmodel":
        record["warmup_requests"] = int(answers["warmup_requests"])
    return record


def _frames(
    answers: dict[str, np.ndarray], expected: Reference, card: ModelCard
) -> dict[str, dict[str, float]]:
    """Differences of what the graph makes of frames from pipeline and Keras."""
    if expected.frames is None:
        raise ValueError("Frames are judged by what pipeline and Keras say of them.")
    record = {}
    for batch in FRAMES_BATCHES:
        prefix = f"{FRAMES_SIGNATURE}/{batch}/"
        outputs = {
            name: answers[prefix + name] for name in (LOGITS, PROBABILITIES, LABEL)
        }
        found = _difference(
            PROBABILITIES, outputs[PROBABILITIES], expected.frames, batch
        )
        if not found <= FRAMES_TOLERANCE:
            raise ExportError(
                f"savedmodel: signature `{FRAMES_SIGNATURE}` at batch {batch} differs "
                f"from the pipeline by {found}; at most {FRAMES_TOLERANCE} is allowed."
            )
        _check_labels("savedmodel", outputs, card.class_names)
        record[str(batch)] = {PROBABILITIES: found}
    return record


def _check_card(
    artefact: Format,
    written: dict[str, str],
    answers: dict[str, np.ndarray],
    card: ModelCard,
) -> None:
    said = [written]
    if artefact == "savedmodel":
        prefix = f"{CARD_SIGNATURE}/"
        said.append(
            {
                key.removeprefix(prefix): str(value)
                for key, value in answers.items()
                if key.startswith(prefix)
            }
        )
    if any(texts != card.texts() for texts in said):
        raise ExportError(
            f"{artefact}: the card inside must be {card.texts()}, not {said}."
        )


def _compare(
    artefact: Format,
    name: str,
    batch: int,
    answers: dict[str, np.ndarray],
    expected: Truth,
    card: ModelCard,
) -> dict[str, float]:
    """Differences of one signature's answers to the first `batch` clips."""
    prefix = f"{name}/{batch}/"
    outputs = {
        key.removeprefix(prefix): value
        for key, value in answers.items()
        if key.startswith(prefix)
    }
    truth = {
        LOGITS: expected.logits,
        PROBABILITIES: expected.probabilities,
        SCORES: expected.probabilities,
    }
    found = {
        output: _difference(output, value, truth[output], batch)
        for output, value in outputs.items()
        if output in truth
    }
    limits = TOLERANCE[artefact]
    largest = np.finfo(np.float32).max
    # `not <=` and not `>`: a difference that is not a number must fail too.
    if not all(found[output] <= limits.get(output, largest) for output in found):
        raise ExportError(
            f"{artefact}: signature `{name}` at batch {batch} differs from Keras by "
            f"{found}; at most {limits} is allowed, and finite numbers."
        )
    _check_labels(artefact, outputs, card.class_names)
    return found


def _difference(name: str, actual: np.ndarray, truth: np.ndarray, batch: int) -> float:
    expected = truth[:batch]
    if actual.shape != expected.shape:
        return float("inf")
    # A logit is a sum of thousands of terms that cancel: its rounding is that of the
    # largest logit, however small it is itself.
    scale = max(1.0, float(np.abs(truth).max())) if name == LOGITS else 1.0
    return float(np.max(np.abs(actual - expected)) / scale)


def _check_labels(
    artefact: Format, outputs: dict[str, np.ndarray], class_names: tuple[str, ...]
) -> None:
    names = np.asarray(class_names)
    wanted = {}
    if LABEL in outputs:
        wanted[LABEL] = names[outputs[PROBABILITIES].argmax(axis=-1)]
    if CLASSES in outputs:
        wanted[CLASSES] = np.broadcast_to(names, outputs[SCORES].shape)
    for output, values in wanted.items():
        if outputs[output].tolist() != values.tolist():
            raise ExportError(
                f"{artefact}: `{output}` must name the classes as the probabilities "
                f"have them. Wanted: {values.tolist()}. Said: "
                f"{outputs[output].tolist()}."
            )


def _score(
    answers: dict[str, np.ndarray], expected: Truth, card: ModelCard
) -> dict[str, Any]:
    judged = expected.evaluation
    if judged is None or judged.label is None or expected.evaluated is None:
        raise ValueError("An 8-bit format is judged on clips or images with labels.")
    scores = quality(
        expected.evaluated, answers[EVALUATED], judged.label, card.class_names
    )
    return {"clips_of": judged.origin, **scores}


def _replay(
    artefact: Format, path: Path, expected: Reference, names: list[str]
) -> dict[str, np.ndarray]:
    inputs = {"patches": expected.patches}
    if artefact in QUANTIZED and expected.evaluation is not None:
        inputs["evaluation"] = expected.evaluation.patches
    return fresh_process.answers(
        "export.replay", path, inputs, signatures=names, batches=BATCHES
    )
