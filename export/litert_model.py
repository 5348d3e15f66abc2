"""LiteRT for phones and small computers."""

import tempfile
from pathlib import Path

import tensorflow as tf

from export.serving_graph import ServingGraph
from export.signature import TENSOR_SIGNATURE


def write(graph: ServingGraph, path: Path) -> None:
    """Converts the tensor function of `graph` to float32 with builtin operators.

    Writes:
        One LiteRT file with the named signature and a free first axis.
    """
    with tempfile.TemporaryDirectory() as folder:
        # A SavedModel in between: only so does the file keep a named signature.
        tf.saved_model.save(graph, folder, signatures={TENSOR_SIGNATURE: graph.tensors})
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=[TENSOR_SIGNATURE]
        )
        # Without this, an unknown operator would silently need the large Flex runtime.
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        path.write_bytes(converter.convert())
