"""Exported artefacts as functions of patches, in the runtime of each format.

Nothing here needs the trained Keras model or the layers of this project.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from export import manifest
from export.signature import (
    ARTEFACTS,
    EXAMPLE_SIGNATURE,
    EXAMPLES,
    FORMATS,
    LABEL,
    PATCHES,
    TENSOR_SIGNATURE,
    Format,
)
from fgrmer_tf.errors import InputError

_FASTEST_START: tuple[Format, ...] = ("onnx", "litert", "savedmodel")
Runner = Callable[[np.ndarray], dict[str, np.ndarray]]


def load(path: str | Path, signature: str = TENSOR_SIGNATURE) -> Runner:
    """Loads one artefact.

    Args:
        path: SavedModel folder, `.onnx` file or `.tflite` file.
        signature: Which signature of a SavedModel is called. The function takes patches
            for either; they are serialized where the signature wants that.

    Returns:
        Function of float32 `(batch, landmarks, patch_h, patch_w, channels)` that gives
        `logits` and `probabilities` float32 `(batch, num_classes)` and, for a
        SavedModel, `label` unicode `(batch,)`. Not safe across threads.

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


def _saved_model(path: Path, signature: str) -> Runner:
    import tensorflow as tf

    module = tf.saved_model.load(str(path))

    def run(patches: np.ndarray) -> dict[str, np.ndarray]:
        if signature == EXAMPLE_SIGNATURE:
            inputs = {EXAMPLES: tf.constant(serialize(patches))}
        else:
            inputs = {PATCHES: tf.constant(patches)}
        # By way of `module`: variables are gone when nothing holds it any more.
        outputs = module.signatures[signature](**inputs)
        arrays = {name: value.numpy() for name, value in outputs.items()}
        return arrays | {LABEL: np.char.decode(arrays[LABEL].astype(bytes), "utf-8")}

    return run


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

    def run(patches: np.ndarray) -> dict[str, np.ndarray]:
        return signature(**{PATCHES: patches})

    return run


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
        artefact: Format to run. Defaults to ONNX, else LiteRT, else SavedModel: the
            first two start without TensorFlow.

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
