"""What Keras says of images: what every artefact of a TransFER is compared with."""

import dataclasses

import numpy as np
import tensorflow as tf

from export.reference import softmax
from export.signature import LOGITS
from export.transfer_graph import TransferGraph
from export.transfer_images import Images, several
from export.transfer_replay import CHUNK

BATCHES = (1, 5)
"""Sizes of the batches that are compared."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class TransferReference:
    """What Keras says of images; see `export.reference.Reference`.

    Args:
        pixels: uint8, as many images as the largest of `BATCHES`.
        logits: float32 `(batch, num_classes)` of these.
        probabilities: float64 `(batch, num_classes)` of these.
        evaluation: Images with labels, for the score.
        evaluated: float64 `(images, num_classes)`, their probabilities; or both `None`.
    """

    pixels: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray
    evaluation: Images | None
    evaluated: np.ndarray | None


def reference(
    graph: TransferGraph, images: Images, judged: Images
) -> TransferReference:
    """Runs Keras on the CPU, with the soft-max in float64.

    Args:
        graph: The model.
        images: To compare numbers on.
        judged: To score; where they have labels.
    """
    pixels = several(images.pixels, max(BATCHES))
    logits = _logits(graph, pixels)
    evaluated = None
    if judged.label is not None:
        evaluated = softmax(_logits(graph, judged.pixels))
    return TransferReference(
        pixels=pixels,
        logits=logits,
        probabilities=softmax(logits),
        evaluation=judged,
        evaluated=evaluated,
    )


def _logits(graph: TransferGraph, pixels: np.ndarray) -> np.ndarray:
    parts = []
    with tf.device("CPU"):
        for start in range(0, len(pixels), CHUNK):
            part = tf.constant(pixels[start : start + CHUNK].astype(np.float32))
            parts.append(graph.tensors(part)[LOGITS].numpy())
    return np.concatenate(parts)
