"""Artefacts whose file any runtime of their format can take, or a refusal."""

from collections import Counter
from pathlib import Path
from typing import Any

import onnx
from ai_edge_litert import schema_py_generated as litert
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from export.errors import ExportError

_PYTHON_OPS = {"PyFunc", "PyFuncStateless", "EagerPyFunc"}
_VARIABLE_OPS = {"VarHandleOp", "VariableV2", "AssignVariableOp"}
_ONNX_DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}


def checked_saved_model(
    folder: Path,
) -> tuple[meta_graph_pb2.MetaGraphDef, Counter[str]]:
    """Reads a SavedModel that serves, without Python and without variables.

    Returns:
        Its graph, and how often each operator stands in it and in its functions.

    Raises:
        ExportError: If it has other tags than `serve`, calls Python or holds variables.
    """
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    tags = [list(graph.meta_info_def.tags) for graph in saved.meta_graphs]
    if tags != [["serve"]]:
        raise ExportError(
            f"The SavedModel must have the tag `serve` alone, not {tags}."
        )
    graph = saved.meta_graphs[0]
    operators = Counter(node.op for node in graph.graph_def.node)
    for function in graph.graph_def.library.function:
        operators.update(node.op for node in function.node_def)
    forbidden = sorted((_PYTHON_OPS | _VARIABLE_OPS) & operators.keys())
    if forbidden:
        raise ExportError(
            f"The SavedModel must neither call Python nor hold variables: {forbidden}."
        )
    return graph, operators


def checked_onnx(path: Path, opset: int) -> onnx.ModelProto:
    """Reads an ONNX file that is sound.

    Raises:
        ExportError: If it has another opset or a foreign operator, or fails the full
            check or strict shape inference.
    """
    model = onnx.load(path)
    foreign = {node.domain for node in model.graph.node} - _ONNX_DOMAINS
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    if foreign or opsets.get("") != opset:
        raise ExportError(
            f"The ONNX file must use opset {opset} and no foreign operators: "
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
    return model


def checked_litert(path: Path) -> Any:
    """Reads a LiteRT file of builtin operators.

    Raises:
        ExportError: If it needs Flex or custom operators.
    """
    # The generated reader calls every field optional: untyped here.
    model: Any = litert.ModelT.InitFromObj(litert.Model.GetRootAs(path.read_bytes()))
    custom = [
        code.customCode.decode()
        for code in model.operatorCodes
        if code.builtinCode == litert.BuiltinOperator.CUSTOM
    ]
    if custom:
        raise ExportError(f"The LiteRT file must use builtins alone, not {custom}.")
    return model
