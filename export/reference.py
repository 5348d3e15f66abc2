"""What Keras says of stored clips: what every artefact is compared with."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from export.clips import Clips, varied
from export.replay import CHUNK
from export.serving_graph import ServingConstants, model_inputs
from export.signature import LOGITS

BATCHES = (1, 5, 64)
"""Sizes of the batches that are compared."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """What Keras says of stored clips.

    Args:
        patches: As many clips as the largest of `BATCHES`.
        logits: float32 `(batch, num_classes)` of these.
        probabilities: float64 `(batch, num_classes)` of these.
        evaluation: Clips with labels, for the score.
        evaluated: float64 `(clips, num_classes)`, their probabilities; or both `None`.
    """

    patches: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray
    evaluation: Clips | None
    evaluated: np.ndarray | None


def reference(
    model: keras.Model,
    constants: ServingConstants,
    clips: Clips,
    evaluation: Clips | None,
) -> Reference:
    """Runs Keras eagerly on the CPU, with the soft-max in float64."""
    patches = varied(clips.patches, max(BATCHES))
    logits = _logits(model, constants, patches)
    evaluated = None
    if evaluation is not None:
        evaluated = _softmax(_logits(model, constants, evaluation.patches))
    return Reference(
        patches=patches,
        logits=logits,
        probabilities=_softmax(logits),
        evaluation=evaluation,
        evaluated=evaluated,
    )


def _logits(model, constants, patches) -> np.ndarray:
    parts = []
    with tf.device("CPU"):
        for start in range(0, len(patches), CHUNK):
            part = tf.constant(patches[start : start + CHUNK])
            outputs = model(model_inputs(constants, part), training=False)
            parts.append(outputs[LOGITS].numpy())
    return np.concatenate(parts)


def _softmax(logits: np.ndarray) -> np.ndarray:
    exponential = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return exponential / exponential.sum(axis=-1, keepdims=True)
