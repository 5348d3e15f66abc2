"""What an artefact answered, against Keras and the card."""

from typing import Any

import numpy as np

from export import structure
from export.card import ModelCard
from export.errors import ExportError
from export.quality import quality
from export.reference import FRAMES_BATCHES, Reference
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
from export.tolerance import FRAMES_TOLERANCE, TOLERANCE, difference


def judge(
    artefact: Format,
    described: structure.Structure,
    answers: dict[str, np.ndarray],
    expected: Reference,
    card: ModelCard,
) -> dict[str, Any]:
    """What a fresh process answered, against Keras and the card.

    Args:
        artefact: Format of the artefact.
        described: What its file says.
        answers: One array `signature/batch/name` an output; the card of a SavedModel
            and its `warmup_requests`; `EVALUATED` of the 8-bit formats.
        expected: What Keras said.
        card: What the artefact must say of itself.

    Returns:
        `differences`: `{signature: {batch: {output: largest difference}}}`;
        `structure`: what `structure.describe` counted; of the 8-bit formats `quality`,
        of a SavedModel `warmup_requests`.

    Raises:
        ExportError: If the card is another, a number is not finite, a difference is
            above `TOLERANCE`, the score of an 8-bit format falls too far, or a label is
            not that of the largest probability.
    """
    _check_card(artefact, described.card, answers, card)
    record: dict[str, Any] = {
        "differences": {
            name: {
                str(batch): _compare(artefact, name, batch, answers, expected, card)
                for batch in expected.batches
            }
            for name in described.signatures
            if name not in (CARD_SIGNATURE, FRAMES_SIGNATURE)
        },
        "structure": described.counts,
    }
    if FRAMES_SIGNATURE in described.signatures:
        record["differences"][FRAMES_SIGNATURE] = _frames(answers, expected, card)
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
        found = difference(
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
    expected: Reference,
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
        output: difference(output, value, truth[output], batch)
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
    answers: dict[str, np.ndarray], expected: Reference, card: ModelCard
) -> dict[str, Any]:
    judged = expected.evaluation
    if judged is None or judged.label is None or expected.evaluated is None:
        raise ValueError("An 8-bit format is judged on clips or images with labels.")
    scores = quality(
        expected.evaluated, answers[EVALUATED], judged.label, card.class_names
    )
    return {"clips_of": judged.origin, **scores}
