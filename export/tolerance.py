"""How far the answers of an artefact may be from those of Keras."""

import numpy as np

from export.signature import LOGITS, PROBABILITIES, SCORES, Format

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


def difference(name: str, actual: np.ndarray, truth: np.ndarray, batch: int) -> float:
    """Largest difference of an output from what Keras said of the first `batch` rows.

    Args:
        name: Name of the output.
        actual: What was answered.
        truth: float `(rows, num_classes)`, all rows that are asked about.
        batch: How many of these were asked.

    Returns:
        As `TOLERANCE` counts it; infinity where a row is missing or too many.
    """
    expected = truth[:batch]
    if actual.shape != expected.shape:
        return float("inf")
    # A logit is a sum of thousands of terms that cancel: its rounding is that of the
    # largest logit, however small it is itself.
    scale = max(1.0, float(np.abs(truth).max())) if name == LOGITS else 1.0
    return float(np.max(np.abs(actual - expected)) / scale)
