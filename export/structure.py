"""What an artefact says of itself, read from its file without running it."""

import dataclasses
import zipfile
from pathlib import Path
from typing import Any

import onnx
import tensorflow as tf
from ai_edge_litert import schema_py_generated as litert

from export import card
from export.errors import ExportError
from export.saved_model import EXTRA
from export.signature import BATCH, Format
from export.sound_files import checked_litert, checked_onnx, checked_saved_model

_LITERT_TYPES = {
    litert.TensorType.FLOAT32: "float32",
    litert.TensorType.INT8: "int8",
}
_CONVERSIONS = (
    litert.BuiltinOperator.QUANTIZE,
    litert.BuiltinOperator.DEQUANTIZE,
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Structure:
    """What an artefact's file says.

    Args:
        signatures: Names, dtypes and shapes, as `export.signature.signatures`.
        card: Texts of the card inside, as `ModelCard.texts`.
        counts: Sizes worth knowing: `operators`, and of a LiteRT file with 8-bit
            activations `conversions`, where it leaves them for floating point or comes
            back.
    """

    signatures: dict[str, dict[str, Any]]
    card: dict[str, str]
    counts: dict[str, int]


def describe(artefact: Format, path: Path, *, opset: int) -> Structure:
    """Checks the structure of an artefact and reads what it says of itself.

    Args:
        artefact: Format of the artefact.
        path: File or folder of the artefact.
        opset: Operator set that an ONNX file must use.

    Raises:
        ExportError: If a SavedModel has other tags than `serve`, calls Python or holds
            variables, if an ONNX file has another opset, a foreign operator, or fails
            the full check or strict shape inference, if a LiteRT file needs Flex or
            custom operators, or if there is no card.
    """
    if artefact == "savedmodel":
        return _saved_model(path)
    return _onnx(path, opset) if artefact == "onnx" else _litert(path)


def _card(text: str | bytes) -> dict[str, str]:
    try:
        return card.read_card(text).texts()
    except (ValueError, TypeError, KeyError) as error:
        raise ExportError(f"The card inside cannot be read: {error}.") from error


def _tensor(dtype: str, shape: list) -> dict[str, Any]:
    return {"dtype": dtype, "shape": [BATCH if size == -1 else size for size in shape]}


def _saved_model(folder: Path) -> Structure:
    graph, operators = checked_saved_model(folder)
    try:
        text = (folder / EXTRA / card.NAME).read_text(encoding="utf-8")
    except OSError as error:
        raise ExportError(f"The SavedModel has no card: {error}.") from error

    def tensors(infos) -> dict[str, Any]:
        return {
            name: _tensor(
                tf.as_dtype(info.dtype).name,
                [dimension.size for dimension in info.tensor_shape.dim],
            )
            for name, info in infos.items()
        }

    return Structure(
        signatures={
            name: {"inputs": tensors(found.inputs), "outputs": tensors(found.outputs)}
            for name, found in graph.signature_def.items()
            if name != "__saved_model_init_op"
        },
        card=_card(text),
        counts={"operators": operators.total() - operators["Const"]},
    )


def _onnx(path: Path, opset: int) -> Structure:
    model = checked_onnx(path, opset)

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
    return Structure(
        signatures={
            graph.input[0].name: {
                "inputs": tensors(graph.input),
                "outputs": tensors(graph.output),
            }
        },
        card={entry.key: entry.value for entry in model.metadata_props},
        counts={"operators": len(graph.node)},
    )


def _litert(path: Path) -> Structure:
    model = checked_litert(path)

    def tensors(entries, graph) -> dict[str, Any]:
        described = {}
        for entry in entries:
            tensor = graph.tensors[entry.tensorIndex]
            described[entry.name.decode()] = _tensor(
                _LITERT_TYPES.get(tensor.type, f"type {tensor.type}"),
                [int(size) for size in tensor.shapeSignature],
            )
        return described

    codes = [
        model.operatorCodes[operator.opcodeIndex].builtinCode
        for graph in model.subgraphs
        for operator in graph.operators
    ]
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(card.NAME)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ExportError(f"The LiteRT file has no card: {error}.") from error
    return Structure(
        signatures={
            found.signatureKey.decode(): {
                "inputs": tensors(found.inputs, model.subgraphs[found.subgraphIndex]),
                "outputs": tensors(found.outputs, model.subgraphs[found.subgraphIndex]),
            }
            for found in model.signatureDefs
        },
        card=_card(text),
        counts={
            "operators": len(codes),
            "conversions": sum(code in _CONVERSIONS for code in codes),
        },
    )
