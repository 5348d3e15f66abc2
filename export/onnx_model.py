"""ONNX for ONNX Runtime and its kin."""

from pathlib import Path

import onnx
import tf2onnx.convert

from export import onnx_names
from export.card import ModelCard
from export.serving_module import ServingModule
from export.signature import BATCH


def write(module: ServingModule, card: ModelCard, path: Path, opset: int) -> None:
    """Converts the tensor function of `module`; the card travels inside.

    tf2onnx logs an operator that it cannot map, raises nothing and gives a broken
    model: the file counts only after `export.verify`.

    Writes:
        One ONNX file whose first axes are called `batch`, with the texts of the card
        as `metadata_props`.
    """
    model, _ = tf2onnx.convert.from_function(
        module.tensors, input_signature=module.tensors.input_signature, opset=opset
    )
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = BATCH
    # Shapes inside carry tf2onnx's own names for the batch; readers infer them again.
    del model.graph.value_info[:]
    onnx_names.canonical(model)
    onnx.helper.set_model_props(model, card.texts())
    path.write_bytes(model.SerializeToString(deterministic=True))
