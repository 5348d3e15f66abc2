"""Claim: shape features in a sixth of the time and a third of the memory of PyTorch.

Two aligned faces of 256x256 px to the map that patches are cut from. PyTorch runs the
published network on whole frames, in `.venv-torch`, which is made on the first run.
Every program is a process of its own with two threads; rounds take turns. Weights are
random and the same in all programs, so that their maps can be compared.

Run it on a machine that is otherwise idle: PyTorch's threads wait for each other, and
one busy core makes them many times slower, which is not the claim.

    .venv/bin/python -m benchmarks.magnify
"""

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import tyro
from rich.console import Console
from rich.table import Table
from skimage.data import astronaut

from benchmarks.torch_environment import torch_python
from fgrmer_tf import atomic
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.align import face_transform, transform_points, warp_face
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.magnification.import_torch import import_state_dict
from input_pipeline.magnification.shape_export import to_litert

ROOT = Path(__file__).resolve().parents[1]
TORCH_WORKER = Path(__file__).with_name("torch_magnet.py")
OUR_WORKER = Path(__file__).with_name("magnify_worker.py")
SIDE, FACTOR, THREADS = 256, 2.0, 2
PUBLISHED, SHAPE_ALONE = "PyTorch, published network", "PyTorch, shape path alone"
OUR_WHOLE, OUR_REGIONS = "fgrmer_tf, whole map", "fgrmer_tf, regions"
OUR_DISPLACEMENT = "fgrmer_tf, displacement, whole map"
FASTER, SMALLER = 6, 3
"""What is claimed of the regions: times as fast, and of PyTorch's memory."""


def write_faces(folder: Path) -> None:
    """scikit-image's astronaut, aligned, before and after a shift of half a pixel."""
    image = np.ascontiguousarray(astronaut()[:300, 24:424])
    landmarks = FaceMesh().find(image).landmarks
    transform = face_transform(landmarks, SIDE)
    later = transform + np.array([[0, 0, 0.5], [0, 0, 0.3]])
    faces = [warp_face(image, matrix, SIDE) for matrix in (transform, later)]
    points = transform_points(landmarks, transform)[list(PATCH_LANDMARKS)]
    np.save(folder / "faces.npy", np.stack(faces))
    np.save(folder / "points.npy", points)
    (folder / "factor").write_text(str(FACTOR))


class Program:
    """A worker process that answers one round at a time."""

    def __init__(self, python: Path | str, worker: Path, folder: Path, kind: str):
        self._process = subprocess.Popen(
            [python, worker, folder, kind, str(THREADS)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._stdout.readline()

    def round(self, task: str, count: int) -> tuple[list[float], float]:
        """Milliseconds of each of `count` runs, and the peak memory so far [MiB]."""
        print(task, count, file=self._stdin, flush=True)
        answer = json.loads(self._stdout.readline())
        return answer["milliseconds"], answer["peak_mib"]

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


def measure(rounds: int, count: int) -> dict:
    """Runs the rounds in turn; the first of each program does not count."""
    times: dict[str, dict[str, list[float]]] = {}
    peaks = {}
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        write_faces(folder)

        def started(python: Path | str, worker: Path, kind: str) -> Program:
            program = Program(python, worker, folder, kind)
            stack.callback(program.close)
            return program

        python = torch_python()
        programs = {
            PUBLISHED: started(python, TORCH_WORKER, "whole"),
            SHAPE_ALONE: started(python, TORCH_WORKER, "shape"),
        }
        with np.load(folder / "weights_whole.npz") as weights:
            magnet = import_state_dict(dict(weights))
        (folder / "shape.tflite").write_bytes(to_litert(magnet))
        programs |= {
            OUR_WHOLE: started(sys.executable, OUR_WORKER, "whole"),
            OUR_REGIONS: started(sys.executable, OUR_WORKER, "regions"),
            OUR_DISPLACEMENT: started(sys.executable, OUR_WORKER, "displacement"),
        }
        for index in range(rounds + 1):
            for title, program in programs.items():
                for task in ("pair", "frame"):
                    # Threads of the program before spin a little before they sleep.
                    time.sleep(0.3)
                    milliseconds, peaks[title] = program.round(task, count)
                    if index:
                        kept = times.setdefault(title, {}).setdefault(task, [])
                        kept.extend(milliseconds)
        maps = {
            name: np.load(folder / f"{name}.npy").reshape(SIDE // 2, SIDE // 2)
            for name in ("torch_whole", "torch_shape", "ours_whole")
        }
    return {
        "faces": f"{SIDE}x{SIDE}",
        "rounds": rounds,
        "runs_a_round": count,
        "threads": THREADS,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "programs": {
            title: {
                **{
                    name: float(value)
                    for task, values in tasks.items()
                    for name, value in (
                        (f"{task}_ms", np.median(values)),
                        (f"{task}_p95_ms", np.quantile(values, 0.95)),
                        (f"{task}_fastest_ms", np.min(values)),
                    )
                },
                "peak_mib": peaks[title],
            }
            for title, tasks in times.items()
        },
        "largest_difference_of_maps": float(
            np.abs(maps["ours_whole"] - maps["torch_whole"]).max()
        ),
    }


def main(
    out: Path = ROOT / "build/benchmarks/magnify.json", rounds: int = 8, count: int = 10
) -> int:
    """Times shape maps beside PyTorch, two threads, and writes JSON.

    Args:
        out: The JSON file.
        rounds: Rounds that count, each program in turn.
        count: Pairs, then video frames, a round.

    Returns:
        0 if the shape features of the regions are as fast and as small as claimed, both
        for a pair and for a frame of a video; else 1.
    """
    cv2.setNumThreads(1)
    console = Console()
    result = measure(rounds, count)
    atomic.write_json(out, result)
    programs = result["programs"]
    table = Table(
        "",
        "ms a pair",
        "ms a frame",
        "peak MiB",
        "faster (pair)",
        "faster (frame)",
        title=f"{SIDE}x{SIDE} px, {THREADS} threads",
    )
    for title, row in programs.items():
        table.add_row(
            title,
            f"{row['pair_ms']:.1f} (95 %: {row['pair_p95_ms']:.1f})",
            f"{row['frame_ms']:.1f} (95 %: {row['frame_p95_ms']:.1f})",
            f"{row['peak_mib']:.0f}",
            f"{programs[PUBLISHED]['pair_ms'] / row['pair_ms']:.1f}x",
            f"{programs[PUBLISHED]['frame_ms'] / row['frame_ms']:.1f}x",
        )
    console.print(table)
    apart = result["largest_difference_of_maps"]
    console.print(f"The whole maps of both differ by at most {apart:.1e}.")
    console.print(f"Written: {out}")
    published, ours = programs[PUBLISHED], programs[OUR_REGIONS]
    holds = (
        all(published[task] >= FASTER * ours[task] for task in ("pair_ms", "frame_ms"))
        and published["peak_mib"] >= SMALLER * ours["peak_mib"]
    )
    console.print(f"{FASTER} times as fast, 1/{SMALLER} of the memory: {holds}")
    return 0 if holds else 1


if __name__ == "__main__":
    cv2.setNumThreads(1)
    raise SystemExit(tyro.cli(main))
