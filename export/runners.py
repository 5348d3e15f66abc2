"""Exported artefacts as functions of patches, in the runtime of each format.

Nothing here needs the trained Keras model or the layers of this project.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from export.card import ModelCard
from export.signature import (
    CARD_SIGNATURE,
    CLASSIFY_SIGNATURE,
    EXAMPLE_SIGNATURE,
    EXAMPLES,
    FIELD,
    INPUTS,
    PATCHES,
    TENSOR_SIGNATURE,
    VALUE,
)
from fgrmer_tf.errors import InputError

Runner = Callable[[np.ndarray], dict[str, np.ndarray]]
NamedRunner = Callable[[dict[str, Any]], dict[str, np.ndarray]]


def load(path: str | Path, signature: str = TENSOR_SIGNATURE) -> Runner:
    """Loads one artefact as a function of one array.

    Args:
        path: SavedModel folder, `.onnx` file or `.tflite` file.
        signature: Which signature of a SavedModel is called; any but `card`. The
            function takes patches; they are serialized where the signature wants that.
            Or another tensor signature, whose one input has its name.

    Returns:
        Function of float32 `(batch, landmarks, patch_h, patch_w, channels)` that gives
        `logits` and `probabilities` float32 `(batch, num_classes)` and, for a
        SavedModel, `label` unicode `(batch,)`; or what the signature gives. 8-bit
        files are fed and read in float32 too. Not safe across threads.

    Raises:
        InputError: If `path` is no such artefact.
    """
    run = load_named(path, signature)
    if signature == EXAMPLE_SIGNATURE:
        return lambda values: run({EXAMPLES: serialize(values)})
    if signature == CLASSIFY_SIGNATURE:
        return lambda values: run({INPUTS: serialize(values)})
    return lambda values: run({signature: values})


def load_named(path: str | Path, signature: str) -> NamedRunner:
    """Loads one artefact as a function of its inputs by name.

    Args:
        path: SavedModel folder, `.onnx` file or `.tflite` file.
        signature: Which signature of a SavedModel or LiteRT file is called.

    Returns:
        Function of `{input: array, or list of bytes}` that gives `{output: array}`;
        as `load` else.

    Raises:
        InputError: If `path` is no such artefact.
    """
    path = Path(path)
    if path.suffix == ".onnx" and path.is_file():
        return _onnx(path)
    if path.suffix == ".tflite" and path.is_file():
        return _litert(path, signature)
    if (path / "saved_model.pb").is_file():
        return _saved_model(path, signature)
    raise InputError(
        "A model to run must be a SavedModel folder, an .onnx file or a .tflite file. "
        f"Received: `{path}`. Make one with `fgrmer export`."
    )


def serialize(patches: np.ndarray) -> list[bytes]:
    """Each clip of `patches` as a serialized `tf.train.Example`."""
    import tensorflow as tf

    def example(clip: np.ndarray) -> bytes:
        raw = tf.train.BytesList(value=[clip.astype("<f4").tobytes()])
        feature = {PATCHES: tf.train.Feature(bytes_list=raw)}
        features = tf.train.Features(feature=feature)
        return tf.train.Example(features=features).SerializeToString()

    return [example(clip) for clip in patches]


def ask_card(folder: str | Path) -> dict[str, str]:
    """The card that a SavedModel tells by its signature `card`, field by field."""
    import tensorflow as tf

    module = tf.saved_model.load(str(folder))
    fields = [field.name for field in dataclasses.fields(ModelCard)]
    answer = module.signatures[CARD_SIGNATURE](**{FIELD: tf.constant(fields)})
    values = [value.decode("utf-8") for value in answer[VALUE].numpy()]
    return dict(zip(fields, values, strict=True))


def _saved_model(path: Path, signature: str) -> NamedRunner:
    import tensorflow as tf

    module = tf.saved_model.load(str(path))

    def run(inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        tensors = {
            # An empty list has no type of its own.
            name: tf.constant(values, tf.string if isinstance(values, list) else None)
            for name, values in inputs.items()
        }
        # By way of `module`: variables are gone when nothing holds it any more.
        outputs = module.signatures[signature](**tensors)
        return {name: _array(value.numpy()) for name, value in outputs.items()}

    return run


def _array(value: np.ndarray) -> np.ndarray:
    """Numbers as they are, bytes as text."""
    if value.dtype != object:
        return value
    return np.char.decode(value.astype(bytes), "utf-8")


def _onnx(path: Path) -> NamedRunner:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def run(inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        values = session.run(names, inputs)
        return {
            name: np.asarray(value) for name, value in zip(names, values, strict=True)
        }

    return run


def _litert(path: Path, signature: str) -> NamedRunner:
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(str(path)).get_signature_runner(signature)
    taken, given = runner.get_input_details(), runner.get_output_details()

    def run(inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        tensors = {name: _quantized(inputs[name], taken[name]) for name in taken}
        outputs = runner(**tensors)
        return {name: _restored(value, given[name]) for name, value in outputs.items()}

    return run


def _quantized(values: np.ndarray, details: dict[str, Any]) -> np.ndarray:
    """Numbers as an 8-bit input takes them: `round(value / scale) + zero`."""
    if details["dtype"] != np.int8:
        return values
    scale, zero = details["quantization"]
    limits = np.iinfo(np.int8)
    rounded = np.round(values / np.float32(scale)) + zero
    return np.clip(rounded, limits.min, limits.max).astype(np.int8)


def _restored(values: np.ndarray, details: dict[str, Any]) -> np.ndarray:
    """What an 8-bit output stands for: `(value - zero) * scale`."""
    if details["dtype"] != np.int8:
        return values
    scale, zero = details["quantization"]
    return (values.astype(np.float32) - zero) * np.float32(scale)
