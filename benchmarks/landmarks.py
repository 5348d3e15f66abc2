"""Claim: a frame's landmarks take no longer than in MediaPipe's own FaceMesh.

One 640x480 frame, one thread, both programs on the same single core, in rounds that
take turns. MediaPipe runs in `.venv-mediapipe`, which is made on the first run.

    .venv/bin/python benchmarks/landmarks.py
"""

import contextlib
import functools
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import tyro
from rich.console import Console
from rich.table import Table
from skimage.data import astronaut

from fgrmer_tf import atomic
from input_pipeline.landmarks.face_mesh import FaceMesh

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv-mediapipe"
REQUIREMENTS = ROOT / "requirements-bench-mediapipe.txt"
WORKER = Path(__file__).with_name("mediapipe_worker.py")
OURS, THEIRS = "fgrmer_tf", "MediaPipe 0.10.21"


def frame_640x480() -> np.ndarray:
    """scikit-image's astronaut with a face of about 150 px."""
    return cv2.resize(astronaut()[:300, 24:424], (640, 480))


def mediapipe_python() -> Path | None:
    """The interpreter of MediaPipe's environment; None where MediaPipe has no wheel."""
    if not (3, 9) <= sys.version_info[:2] <= (3, 12):
        return None
    done = ENVIRONMENT / "installed"
    python = ENVIRONMENT / "bin" / "python"
    if not done.exists():
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True
        )
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "-r", REQUIREMENTS], check=True)
        done.touch()
    return python


class MediaPipe:
    """MediaPipe's FaceMesh as a process that answers one round at a time."""

    def __init__(self, python: Path, frame_file: Path) -> None:
        self._process = subprocess.Popen(
            [python, WORKER, frame_file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def round(self, frames: int) -> tuple[list[float], np.ndarray]:
        """Milliseconds a frame, and the last mesh as `(468, 2)` [px]."""
        assert self._process.stdin
        assert self._process.stdout
        print(frames, file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        return answer["milliseconds"], np.array(answer["mesh"])

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


def our_round(
    face_mesh: FaceMesh, frame: np.ndarray, frames: int
) -> tuple[list[float], np.ndarray]:
    """Milliseconds a frame, and the last mesh as `(468, 2)` [px]."""
    milliseconds = []
    for _ in range(frames):
        start = time.perf_counter()
        face = face_mesh.find(frame)
        milliseconds.append((time.perf_counter() - start) * 1e3)
    return milliseconds, face.mesh[:, :2]


def measure(rounds: int, frames: int) -> dict:
    """Runs the rounds in turn; the first of each is a warm-up and does not count."""
    # The child inherits the one core.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    frame = frame_640x480()
    face_mesh = FaceMesh(threads=1)
    times: dict[str, list[float]] = {OURS: []}
    meshes = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        programs: dict[str, Callable] = {
            OURS: functools.partial(our_round, face_mesh, frame)
        }
        python = mediapipe_python()
        if python:
            frame_file = Path(folder) / "frame.npy"
            np.save(frame_file, frame)
            other = MediaPipe(python, frame_file)
            stack.callback(other.close)
            programs[THEIRS] = other.round
            times[THEIRS] = []
        for index in range(rounds + 1):
            for name, run in programs.items():
                milliseconds, meshes[name] = run(frames)
                if index:
                    times[name] += milliseconds
    result: dict = {
        "frame": "640x480",
        "rounds": rounds,
        "frames_a_round": frames,
        "threads": 1,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "programs": {
            name: {
                "median_ms": float(np.median(values)),
                "p95_ms": float(np.quantile(values, 0.95)),
                "frames_per_second": 1e3 / float(np.median(values)),
            }
            for name, values in times.items()
        },
    }
    if THEIRS in meshes:
        apart = np.linalg.norm(meshes[OURS] - meshes[THEIRS], axis=1)
        result["mesh_difference_px"] = {
            "mean": float(apart.mean()),
            "max": float(apart.max()),
        }
    return result


def main(
    out: Path = ROOT / "build/benchmarks/landmarks.json",
    rounds: int = 10,
    frames: int = 50,
) -> None:
    """Times landmarks beside MediaPipe's own, one thread, and writes JSON.

    Args:
        out: The JSON file.
        rounds: Rounds that count, each program in turn.
        frames: Frames a round.
    """
    console = Console()
    result = measure(rounds, frames)
    atomic.write_json(out, result)
    table = Table(
        "", "ms a frame (median)", "95 %", "frames/s", title="640x480, 1 thread"
    )
    for name, row in result["programs"].items():
        table.add_row(
            name,
            f"{row['median_ms']:.2f}",
            f"{row['p95_ms']:.2f}",
            f"{row['frames_per_second']:.0f}",
        )
    console.print(table)
    if "mesh_difference_px" in result:
        apart = result["mesh_difference_px"]
        console.print(
            f"Meshes differ by {apart['mean']:.3f} px (mean), {apart['max']:.3f} (max)."
        )
    else:
        console.print(
            "MediaPipe 0.10.21 was left out: it needs Python 3.9 to 3.12. "
            f"Received: {platform.python_version()}."
        )
    console.print(f"Written: {out}")


if __name__ == "__main__":
    tyro.cli(main)
