"""What Keras says of stored clips: what every artefact is compared with."""

import dataclasses
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from export.clips import Clips, varied
from export.frames.sample import pipeline_patches, sample_clips
from export.replay import CHUNK
from export.serving_graph import ServingConstants, model_inputs
from export.signature import LOGITS, takes_frames
from fgrmer_tf.config import MotionConfig

BATCHES = (1, 5, 64)
"""Sizes of the batches that are compared."""
FRAMES_BATCHES = (1, 5)
"""The same of clips that come as frames: each takes as long as hundreds of others."""


class Labelled(Protocol):
    """Clips or images, their labels if known, and where they come from."""

    @property
    def label(self) -> np.ndarray | None: ...
    @property
    def origin(self) -> str: ...


class Truth(Protocol):
    """What Keras says of clips or images: see `Reference`."""

    @property
    def logits(self) -> np.ndarray: ...
    @property
    def probabilities(self) -> np.ndarray: ...
    @property
    def evaluation(self) -> Labelled | None: ...
    @property
    def evaluated(self) -> np.ndarray | None: ...


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """What Keras says of stored clips.

    Args:
        patches: As many clips as the largest of `BATCHES`.
        logits: float32 `(batch, num_classes)` of these.
        probabilities: float64 `(batch, num_classes)` of these.
        evaluation: Clips with labels, for the score.
        evaluated: float64 `(clips, num_classes)`, their probabilities; or both `None`.
        frames: float64 `(batch, num_classes)`, probabilities of the clips of
            `export.frames.sample`, measured by the pipeline; `None` for a model that
            has no signature for frames.
    """

    patches: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray
    evaluation: Clips | None
    evaluated: np.ndarray | None
    frames: np.ndarray | None = None


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
        evaluated = softmax(_logits(model, constants, evaluation.patches))
    return Reference(
        patches=patches,
        logits=logits,
        probabilities=softmax(logits),
        evaluation=evaluation,
        evaluated=evaluated,
        frames=_of_frames(model, constants),
    )


def _of_frames(model, constants) -> np.ndarray | None:
    if not takes_frames(constants.preprocessing):
        return None
    config = MotionConfig(**constants.preprocessing["motion"])
    patches = pipeline_patches(sample_clips(max(FRAMES_BATCHES)), config)
    return softmax(_logits(model, constants, patches))


def _logits(model, constants, patches) -> np.ndarray:
    parts = []
    with tf.device("CPU"):
        for start in range(0, len(patches), CHUNK):
            part = tf.constant(patches[start : start + CHUNK])
            outputs = model(model_inputs(constants, part), training=False)
            parts.append(outputs[LOGITS].numpy())
    return np.concatenate(parts)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities in float64 of `(batch, num_classes)` logits."""
    exponential = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return exponential / exponential.sum(axis=-1, keepdims=True)
