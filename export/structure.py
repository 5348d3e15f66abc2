"""What an artefact says of itself, read from its file without running it."""

from pathlib import Path
from typing import Any

import onnx
import tensorflow as tf
from ai_edge_litert import schema_py_generated as litert
from tensorflow.core.protobuf import saved_model_pb2

from export.errors import ExportError
from export.onnx_model import OPSET
from export.signature import BATCH, TENSOR_SIGNATURE, Format

_PYTHON_OPS = {"PyFunc", "PyFuncStateless", "EagerPyFunc"}
_ONNX_DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}


def describe(artefact: Format, path: Path) -> dict[str, dict[str, Any]]:
    """Checks the structure of an artefact and reads its signatures.

    Args:
        artefact: Format of the artefact.
        path: File or folder of the artefact.

    Returns:
        Names, dtypes and shapes, in the form of `export.signature.signatures`.

    Raises:
        ExportError: If a SavedModel has other tags than `serve` or calls Python, if an
            ONNX file has another opset, a foreign operator, or fails the full check or
            strict shape inference, or if a LiteRT file needs Flex or custom operators.
    """
    if artefact == "savedmodel":
        return _saved_model(path)
    return _onnx(path) if artefact == "onnx" else _litert(path)


def _tensor(dtype: str, shape: list) -> dict[str, Any]:
    return {"dtype": dtype, "shape": [BATCH if size == -1 else size for size in shape]}


def _saved_model(folder: Path) -> dict[str, dict[str, Any]]:
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    tags = [list(graph.meta_info_def.tags) for graph in saved.meta_graphs]
    if tags != [["serve"]]:
        raise ExportError(
            f"The SavedModel must have the tag `serve` alone, not {tags}."
        )
    graph = saved.meta_graphs[0]
    functions = graph.graph_def.library.function
    operators = {node.op for node in graph.graph_def.node}
    operators |= {node.op for function in functions for node in function.node_def}
    if operators & _PYTHON_OPS:
        raise ExportError(
            f"The SavedModel must not call Python: {sorted(operators & _PYTHON_OPS)}."
        )

    def tensors(infos) -> dict[str, Any]:
        return {
            name: _tensor(
                tf.as_dtype(info.dtype).name,
                [dimension.size for dimension in info.tensor_shape.dim],
            )
            for name, info in infos.items()
        }

    return {
        name: {"inputs": tensors(found.inputs), "outputs": tensors(found.outputs)}
        for name, found in graph.signature_def.items()
        if name != "__saved_model_init_op"
    }


def _onnx(path: Path) -> dict[str, dict[str, Any]]:
    model = onnx.load(path)
    foreign = {node.domain for node in model.graph.node} - _ONNX_DOMAINS
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    if foreign or opsets.get("") != OPSET:
        raise ExportError(
            f"The ONNX file must use opset {OPSET} and no foreign operators: "
            f"opsets {opsets}, foreign domains {sorted(foreign)}."
        )
    try:
        onnx.checker.check_model(model, full_check=True)
        onnx.shape_inference.infer_shapes(
            model, check_type=True, strict_mode=True, data_prop=True
        )
    except (
        onnx.checker.ValidationError,
        onnx.shape_inference.InferenceError,
    ) as error:
        raise ExportError(f"The ONNX file fails the full check: {error}") from error

    def tensors(values) -> dict[str, Any]:
        return {
            value.name: _tensor(
                onnx.helper.tensor_dtype_to_np_dtype(
                    value.type.tensor_type.elem_type
                ).name,
                [
                    dimension.dim_param or dimension.dim_value
                    for dimension in value.type.tensor_type.shape.dim
                ],
            )
            for value in values
        }

    graph = model.graph
    return {
        TENSOR_SIGNATURE: {
            "inputs": tensors(graph.input),
            "outputs": tensors(graph.output),
        }
    }


def _litert(path: Path) -> dict[str, dict[str, Any]]:
    # The generated reader calls every field optional: untyped here.
    model: Any = litert.ModelT.InitFromObj(litert.Model.GetRootAs(path.read_bytes()))
    custom = [
        code.customCode.decode()
        for code in model.operatorCodes
        if code.builtinCode == litert.BuiltinOperator.CUSTOM
    ]
    if custom:
        raise ExportError(f"The LiteRT file must use builtins alone, not {custom}.")

    def tensors(entries, graph) -> dict[str, Any]:
        described = {}
        for entry in entries:
            tensor = graph.tensors[entry.tensorIndex]
            dtype = "float32" if tensor.type == litert.TensorType.FLOAT32 else "other"
            described[entry.name.decode()] = _tensor(
                dtype, [int(size) for size in tensor.shapeSignature]
            )
        return described

    return {
        found.signatureKey.decode(): {
            "inputs": tensors(found.inputs, model.subgraphs[found.subgraphIndex]),
            "outputs": tensors(found.outputs, model.subgraphs[found.subgraphIndex]),
        }
        for found in model.signatureDefs
    }
