"""ONNX for ONNX Runtime and its kin."""

from pathlib import Path

import onnx
import tf2onnx.convert

from export.serving_graph import ServingGraph
from export.signature import BATCH

OPSET = 17
"""The newest that every mobile and web runtime takes; tf2onnx stops at 18."""


def write(graph: ServingGraph, path: Path, metadata: dict[str, str]) -> None:
    """Converts the tensor function of `graph`, and says `metadata` inside the file.

    tf2onnx logs an operator that it cannot map, raises nothing and gives a broken
    model: the file counts only after `export.verify`.

    Writes:
        One ONNX file of opset 17 whose first axes are called `batch`.
    """
    model, _ = tf2onnx.convert.from_function(
        graph.tensors, input_signature=graph.tensors.input_signature, opset=OPSET
    )
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = BATCH
    # Shapes inside carry tf2onnx's own names for the batch; readers infer them again.
    del model.graph.value_info[:]
    onnx.helper.set_model_props(model, metadata)
    path.write_bytes(model.SerializeToString(deterministic=True))
