"""LiteRT for phones and small computers, in four precisions."""

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from export.card import NAME, ModelCard
from export.serving_module import ServingModule
from export.signature import Format

LABELS = "labels.txt"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def write(
    module: ServingModule,
    card: ModelCard,
    path: Path,
    artefact: Format,
    representative: np.ndarray,
) -> None:
    """Converts the tensor function of `module` with builtin operators alone.

    Writes:
        One LiteRT file with a signature named as its input is, a free first axis and,
        as a zip at its end that runtimes do not read, `labels.txt` (one class a line)
        and the card.

    Args:
        module: What to convert.
        card: What the file says of itself.
        path: File to write.
        artefact: `litert` (float32), `litert-float16` (weights), `litert-dynamic`
            (8-bit weights) or `litert-int8` (8-bit weights, activations, inputs and
            outputs).
        representative: Clips or images whose range the 8-bit activations must hold,
            as `module` takes them. `litert-int8` alone reads them.
    """
    (given,) = module.tensors.input_signature
    with tempfile.TemporaryDirectory() as folder:
        # A SavedModel in between: only so does the file keep a named signature.
        tensors = {given.name: module.tensors}
        tf.saved_model.save(module, folder, signatures=tensors)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=[given.name]
        )
        # Without this, an unknown operator would silently need the large Flex runtime.
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if artefact != "litert":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if artefact == "litert-float16":
            converter.target_spec.supported_types = [tf.float16]
        if artefact == "litert-int8":
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = tf.int8
            converter.inference_output_type = tf.int8
            converter.representative_dataset = lambda: (
                {given.name: clip[None]} for clip in representative
            )
        path.write_bytes(converter.convert())
    _append(path, {LABELS: "\n".join(card.class_names) + "\n", NAME: card.json()})


def _append(path: Path, texts: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        for name, text in texts.items():
            # A fixed date, or the same model would give another file every time.
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), text)
