"""Writes the edge bundle and tries it: from two images to a label, on its own."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter

from export import fresh_process, sound_files
from export.card import ModelCard
from export.edge.build import FACE, MODEL, MOTION
from export.errors import ExportError
from export.frames.sample import SampleClip, sample_clips
from export.signature import takes_frames
from export.tolerance import FRAMES_TOLERANCE
from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.landmarks.scheme68 import MESH_INDEX

NAME = "edge"
"""Folder of the bundle in an export."""
ABOUT = "edge.json"
RUNTIMES = ("onnx", "litert")
PROGRAMS = ("edge_face.py", "edge_onnx.py", "edge_litert.py")
TRIED = 2
"""Clips that both programs are tried with."""
FACE_TOLERANCE = 1e-3
"""Largest difference of the face's networks between runtimes [px of their input]."""
_PROGRAMS = Path(__file__).parent / "programs"
_SECONDS = 900
_SUFFIXES = {"onnx": ".onnx", "litert": ".tflite"}
_ALONE = """
import runpy, sys
class Closed:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {closed}:
            raise ImportError(name + " must not be needed")
sys.meta_path.insert(0, Closed())
sys.path.insert(0, {folder!r})
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
_CLOSED = {"tensorflow", "keras", "fgrmer_tf", "input_pipeline", "export", "tf2onnx"}
_OTHER = {"onnx": {"ai_edge_litert"}, "litert": {"onnxruntime"}}


def require_frames(card: ModelCard) -> None:
    """Refuses a model whose patches no graph can make.

    Raises:
        InputError: If its motion is not `magnet`.
    """
    if not takes_frames(card.preprocessing):
        raise InputError(
            "An edge bundle measures the motion itself, which it can for the motion "
            f"`magnet`. Received: {card.preprocessing.get('motion')}. Prepare the "
            "store with --motion magnet and train again."
        )


def write(
    folder: Path, request: dict[str, Any], card: ModelCard, expected: np.ndarray
) -> dict[str, Any]:
    """Writes the bundle and runs both of its programs in processes of their own.

    Writes:
        In `folder`, made anew: four networks for each of `RUNTIMES`, `PROGRAMS`, and
        `edge.json` with class names, card and the mesh points that are landmarks.

    Args:
        folder: The bundle.
        request: Paths of `graph` and `card` and the `opset`, for `export.edge.build`.
        card: What the model says of itself.
        expected: float64 `(clips, num_classes)`: what pipeline and Keras say of the
            clips of `export.frames.sample`.

    Returns:
        `differences`: the largest of probabilities by runtime; `face_networks`: that
        of the face's networks between runtimes.

    Raises:
        InputError: If the networks of the face were not fetched.
        ExportError: If a network cannot be written or read, needs other operators than
            builtins, or an answer differs too much.
    """
    folder.mkdir()
    for runtime in RUNTIMES:
        fresh_process.run(
            "export.edge.build",
            request | {"folder": str(folder), "runtime": runtime},
            f"Writing the edge bundle for {runtime}",
            timeout=_SECONDS,
        )
    for program in PROGRAMS:
        shutil.copyfile(_PROGRAMS / program, folder / program)
    about = json.loads(card.json()) | {"mesh_index": MESH_INDEX.tolist()}
    atomic.write_json(folder / ABOUT, about)
    for name in (*FACE, MODEL, MOTION):
        sound_files.checked_onnx(folder / f"{name}.onnx", request["opset"])
        sound_files.checked_litert(folder / f"{name}.tflite")
    clips = sample_clips(TRIED)
    return {
        "differences": {
            runtime: max(
                _difference(folder, runtime, clip, wanted, card)
                for clip, wanted in zip(clips, expected, strict=False)
            )
            for runtime in RUNTIMES
        },
        "face_networks": {name: _face_difference(folder, name) for name in FACE},
    }


def run_program(
    folder: Path, runtime: str, onset: Path, apex: Path, *options: str
) -> dict[str, Any]:
    """Runs a program of a bundle where nothing of this project can be imported.

    Returns:
        What it prints: `label` and `probabilities` by class name.

    Raises:
        ExportError: If it fails.
    """
    closed = repr(_CLOSED | _OTHER[runtime])
    script = _ALONE.format(closed=closed, folder=str(folder))
    program = folder / f"edge_{runtime}.py"
    done = subprocess.run(
        [sys.executable, "-c", script, program, onset, apex, *options],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS,
    )
    if done.returncode:
        raise ExportError(f"{program.name} failed: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)


def _difference(
    folder: Path, runtime: str, clip: SampleClip, wanted: np.ndarray, card: ModelCard
) -> float:
    with tempfile.TemporaryDirectory() as staged:
        onset, apex, points = (Path(staged, name) for name in ("onset", "apex", "at"))
        onset.write_bytes(clip.onset)
        apex.write_bytes(clip.apex)
        places = [clip.landmarks.tolist(), clip.apex_landmarks.tolist()]
        points.write_text(json.dumps(places), encoding="utf-8")
        answer = run_program(folder, runtime, onset, apex, f"--landmarks={points}")
    found = np.array([answer["probabilities"][name] for name in card.class_names])
    worst = float(np.abs(found - wanted).max())
    if not worst <= FRAMES_TOLERANCE:
        raise ExportError(
            f"edge_{runtime}.py differs from the pipeline by {worst}; at most "
            f"{FRAMES_TOLERANCE} is allowed."
        )
    return worst


def _face_difference(folder: Path, name: str) -> float:
    """One network of the face in both runtimes, on noise."""
    session = onnxruntime.InferenceSession(
        folder / f"{name}{_SUFFIXES['onnx']}", providers=["CPUExecutionProvider"]
    )
    interpreter = Interpreter(str(folder / f"{name}{_SUFFIXES['litert']}"))
    interpreter.allocate_tensors()
    (taken,) = interpreter.get_input_details()
    noise = np.random.default_rng(0).uniform(0, 1, taken["shape"]).astype(np.float32)
    interpreter.set_tensor(taken["index"], noise)
    interpreter.invoke()
    given = {one["name"]: one["index"] for one in interpreter.get_output_details()}
    found = session.run(list(given), {taken["name"]: noise})
    worst = max(
        float(np.abs(value - interpreter.get_tensor(index)).max())
        for value, index in zip(map(np.asarray, found), given.values(), strict=True)
    )
    if not worst <= FACE_TOLERANCE:
        raise ExportError(
            f"{name} differs between ONNX and LiteRT by {worst}; at most "
            f"{FACE_TOLERANCE} is allowed."
        )
    return worst
