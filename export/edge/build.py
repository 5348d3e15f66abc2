"""Writes the networks of the edge bundle for one runtime, in a process of its own."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from export import litert_model, onnx_model, onnx_names
from export.card import read_card
from export.frames.clip_graph import ClipGraph
from export.serving_module import ServingModule
from export.signature import APEX, APEX_LANDMARKS, LANDMARKS, ONSET, PATCHES
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import NUM_LANDMARKS
from input_pipeline.landmarks import model_files

MOTION, MODEL = "motion", "model"
FACE = {"face_detector": model_files.DETECTOR, "face_mesh": model_files.MESH}
"""Networks of the face by their name in the bundle."""


def main() -> None:
    """Answers the request, a JSON object in the first argument.

    Reads:
        `graph`: file of `Core.graph`; `card`: file of `ModelCard.json`; both networks
        of the face from the model cache.

    Writes:
        Into `folder`, four networks for `runtime`, `onnx` (of `opset`) or `litert`.
    """
    request = json.loads(sys.argv[1])
    card = read_card(Path(request["card"]).read_text(encoding="utf-8"))
    module = ServingModule(Path(request["graph"]).read_bytes(), card)
    motion = MotionConfig(**card.preprocessing["motion"])
    folder = Path(request["folder"])
    if request["runtime"] == "onnx":
        _onnx(module, card, motion, folder, request["opset"])
    else:
        _litert(module, card, motion, folder)


def motion_function(config: MotionConfig, dtype: tf.DType):
    """`tf.function` of two frames of any size and their landmarks: `patches`."""
    graph = ClipGraph(config, dtype)
    frames = [tf.TensorSpec((None, None, 3), tf.uint8, name) for name in (ONSET, APEX)]
    points = [
        tf.TensorSpec((NUM_LANDMARKS, 2), tf.float32, name)
        for name in (LANDMARKS, APEX_LANDMARKS)
    ]

    @tf.function(input_signature=[*frames, *points])
    def measured(onset, apex, landmarks, apex_landmarks):
        return {PATCHES: graph.patches(onset, apex, landmarks, apex_landmarks)}

    return measured


def _litert(module, card, motion, folder: Path) -> None:
    no_ranges = np.zeros(0, np.float32)
    litert_model.write(module, card, folder / f"{MODEL}.tflite", "litert", no_ranges)
    # LiteRT's operators know no float64.
    measured = motion_function(motion, tf.float32)
    with tempfile.TemporaryDirectory() as staged:
        holder = tf.Module()
        holder.measured = measured
        tf.saved_model.save(holder, staged, signatures={PATCHES: measured})
        converter = tf.lite.TFLiteConverter.from_saved_model(
            staged, signature_keys=[PATCHES]
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        (folder / f"{MOTION}.tflite").write_bytes(converter.convert())
    for name, model in FACE.items():
        shutil.copyfile(model_files.model_path(model), folder / f"{name}.tflite")


def _onnx(module, card, motion, folder: Path, opset: int) -> None:
    import tf2onnx.convert

    onnx_model.write(module, card, folder / f"{MODEL}.onnx", opset)
    measured = motion_function(motion, tf.float64)
    found, _ = tf2onnx.convert.from_function(
        measured, input_signature=measured.input_signature, opset=opset
    )
    models = {MOTION: found}
    for name, model in FACE.items():
        path = str(model_files.model_path(model))
        models[name], _ = tf2onnx.convert.from_tflite(path, opset=opset)
    for name, found in models.items():
        del found.graph.value_info[:]
        onnx_names.canonical(found)
        data = found.SerializeToString(deterministic=True)
        (folder / f"{name}.onnx").write_bytes(data)


if __name__ == "__main__":
    main()
