"""Exported artefacts as functions of patches, in the runtime of each format.

Nothing here needs the trained Keras model or the layers of this project.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from export import manifest
from export.card import ModelCard
from export.signature import (
    ARTEFACTS,
    CARD_SIGNATURE,
    EXAMPLE_SIGNATURE,
    EXAMPLES,
    FIELD,
    FORMATS,
    INPUTS,
    PATCHES,
    TENSOR_SIGNATURE,
    VALUE,
    Format,
)
from fgrmer_tf.errors import InputError

_FASTEST_START: tuple[Format, ...] = (
    "onnx",
    "litert",
    "savedmodel",
    "litert-float16",
    "litert-dynamic",
    "litert-int8",
)
Runner = Callable[[np.ndarray], dict[str, np.ndarray]]


def load(path: str | Path, signature: str = TENSOR_SIGNATURE) -> Runner:
    """Loads one artefact.

    Args:
        path: SavedModel folder, `.onnx` file or `.tflite` file.
        signature: Which signature of a SavedModel is called; any but `card`. The
            function takes patches; they are serialized where the signature wants that.

    Returns:
        Function of float32 `(batch, landmarks, patch_h, patch_w, channels)` that gives
        `logits` and `probabilities` float32 `(batch, num_classes)` and, for a
        SavedModel, `label` unicode `(batch,)`; or what the signature gives. 8-bit
        files are fed and read in float32 too. Not safe across threads.

    Raises:
        InputError: If `path` is no such artefact.
    """
    path = Path(path)
    if path.suffix == ".onnx" and path.is_file():
        return _onnx(path)
    if path.suffix == ".tflite" and path.is_file():
        return _litert(path)
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


def _saved_model(path: Path, signature: str) -> Runner:
    import tensorflow as tf

    module = tf.saved_model.load(str(path))

    def run(patches: np.ndarray) -> dict[str, np.ndarray]:
        if signature == TENSOR_SIGNATURE:
            inputs = {PATCHES: tf.constant(patches)}
        else:
            name = EXAMPLES if signature == EXAMPLE_SIGNATURE else INPUTS
            inputs = {name: tf.constant(serialize(patches), tf.string, (len(patches),))}
        # By way of `module`: variables are gone when nothing holds it any more.
        outputs = module.signatures[signature](**inputs)
        return {name: _array(value.numpy()) for name, value in outputs.items()}

    return run


def _array(value: np.ndarray) -> np.ndarray:
    """Numbers as they are, bytes as text."""
    if value.dtype != object:
        return value
    return np.char.decode(value.astype(bytes), "utf-8")


def _onnx(path: Path) -> Runner:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def run(patches: np.ndarray) -> dict[str, np.ndarray]:
        values = session.run(names, {PATCHES: patches})
        return {
            name: np.asarray(value) for name, value in zip(names, values, strict=True)
        }

    return run


def _litert(path: Path) -> Runner:
    from ai_edge_litert.interpreter import Interpreter

    signature = Interpreter(str(path)).get_signature_runner(TENSOR_SIGNATURE)
    taken = signature.get_input_details()[PATCHES]
    given = signature.get_output_details()

    def run(patches: np.ndarray) -> dict[str, np.ndarray]:
        outputs = signature(**{PATCHES: _quantized(patches, taken)})
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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Export:
    """One artefact of an export folder, ready to run.

    Args:
        run: The artefact as a function of patches.
        class_names: Names of all classes, in label order.
        preprocessing: What makes patches out of frames.
    """

    run: Runner
    class_names: tuple[str, ...]
    preprocessing: dict[str, Any]


def open_export(folder: str | Path, artefact: Format | None = None) -> Export:
    """Opens an export folder and loads one artefact whose files are as written.

    Args:
        folder: What `export_model` wrote.
        artefact: Format to run. Defaults to ONNX, else LiteRT, else SavedModel, else
            a smaller LiteRT: the first two start without TensorFlow.

    Raises:
        InputError: If `folder` is no export, does not hold the format, or a file of
            the artefact is missing or changed.
    """
    folder = Path(folder)
    record = manifest.read(folder)
    order: tuple[Format, ...] = (artefact,) if artefact else _FASTEST_START
    present: list[Format] = [name for name in order if name in record["formats"]]
    if not present:
        raise InputError(
            f"The export must hold the format asked for, one of {FORMATS}. Received: "
            f"{artefact!r}; `{folder}` holds {record['formats']}. Export it again."
        )
    manifest.check(folder, record, ARTEFACTS[present[0]])
    return Export(
        run=load(folder / ARTEFACTS[present[0]]),
        class_names=tuple(record["class_names"]),
        preprocessing=record["preprocessing"],
    )
