"""What Keras says of images: what every artefact of a TransFER is compared with."""

import tensorflow as tf

from export.reference import Reference, compared
from export.signature import LOGITS
from export.transfer_graph import TransferGraph
from export.transfer_images import Images, several
from export.transfer_replay import CHUNK

BATCHES = (1, 5)
"""Sizes of the batches that are compared."""


def reference(
    graph: TransferGraph, images: Images, evaluation: Images | None
) -> Reference:
    """Runs the model on the CPU, with the soft-max in float64.

    Args:
        graph: The model.
        images: To compare numbers on.
        evaluation: To score, with labels.
    """
    return compared(
        lambda pixels: graph.tensors(tf.cast(pixels, tf.float32))[LOGITS],
        several(images.pixels, max(BATCHES)),
        evaluation,
        batches=BATCHES,
        chunk=CHUNK,
    )
