"""SavedModel for TensorFlow and TensorFlow Serving."""

from pathlib import Path

import tensorflow as tf

from export.serving_graph import ServingGraph
from export.signature import EXAMPLE_SIGNATURE, TENSOR_SIGNATURE


def write(graph: ServingGraph, folder: Path) -> None:
    """Writes both signatures of `graph` with the tag `serve`.

    Writes:
        A SavedModel folder that loads without this project.
    """
    tf.saved_model.save(
        graph,
        str(folder),
        signatures={
            TENSOR_SIGNATURE: graph.patches,
            EXAMPLE_SIGNATURE: graph.examples,
        },
    )
