"""What Keras says of stored clips: what every artefact is compared with."""

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

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


class Stored(Protocol):
    """Clips or images, their labels if known, and where they come from."""

    @property
    def inputs(self) -> np.ndarray: ...
    @property
    def label(self) -> np.ndarray | None: ...
    @property
    def origin(self) -> str: ...


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """What Keras says of stored clips or images.

    Args:
        inputs: As many as the largest of `batches`, as they are stored.
        batches: Sizes of the batches that are compared.
        logits: float32 `(batch, num_classes)` of these.
        probabilities: float64 `(batch, num_classes)` of these.
        evaluation: Some with labels, for the score.
        evaluated: float64 `(clips, num_classes)`, their probabilities; or both `None`.
        frames: float64 `(batch, num_classes)`, probabilities of the clips of
            `export.frames.sample`, measured by the pipeline; `None` for a model that
            has no signature for frames.
    """

    inputs: np.ndarray
    batches: tuple[int, ...]
    logits: np.ndarray
    probabilities: np.ndarray
    evaluation: Stored | None
    evaluated: np.ndarray | None
    frames: np.ndarray | None = None


def reference(
    model: keras.Model,
    constants: ServingConstants,
    clips: Clips,
    evaluation: Clips | None,
) -> Reference:
    """Runs Keras eagerly on the CPU, with the soft-max in float64."""

    def logits(patches):
        outputs: Any = model(model_inputs(constants, patches), training=False)
        return outputs[LOGITS]

    frames = None
    if takes_frames(constants.preprocessing):
        config = MotionConfig(**constants.preprocessing["motion"])
        patches = pipeline_patches(sample_clips(max(FRAMES_BATCHES)), config)
        frames = _softmax(_in_chunks(logits, patches, CHUNK))
    said = compared(
        logits,
        varied(clips.patches, max(BATCHES)),
        evaluation,
        batches=BATCHES,
        chunk=CHUNK,
    )
    return dataclasses.replace(said, frames=frames)


def compared(
    logits: Callable[[tf.Tensor], tf.Tensor],
    inputs: np.ndarray,
    evaluation: Stored | None,
    *,
    batches: tuple[int, ...],
    chunk: int,
) -> Reference:
    """What a model says, on the CPU, with the soft-max in float64.

    Args:
        logits: The model.
        inputs: What numbers are compared on.
        evaluation: What is scored.
        batches: As in `Reference`.
        chunk: How many are run at once.
    """
    said = _in_chunks(logits, inputs, chunk)
    evaluated = None
    if evaluation is not None:
        evaluated = _softmax(_in_chunks(logits, evaluation.inputs, chunk))
    return Reference(
        inputs=inputs,
        batches=batches,
        logits=said,
        probabilities=_softmax(said),
        evaluation=evaluation,
        evaluated=evaluated,
    )


def _in_chunks(logits, inputs: np.ndarray, chunk: int) -> np.ndarray:
    with tf.device("CPU"):
        parts = [
            logits(tf.constant(inputs[start : start + chunk])).numpy()
            for start in range(0, len(inputs), chunk)
        ]
    return np.concatenate(parts)


def _softmax(logits: np.ndarray) -> np.ndarray:
    exponential = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return exponential / exponential.sum(axis=-1, keepdims=True)
