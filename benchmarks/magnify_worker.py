"""Times this project's shape maps in a process of its own, for `benchmarks/magnify.py`.

Answers each line `pair N` or `frame N` with one line of JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from input_pipeline.magnification.displacement import (
    FirstFace,
    displacement,
    first_face,
)
from input_pipeline.magnification.regions import MapPlan, patch_regions, whole_map
from input_pipeline.magnification.shape_map import EncodedFace, ShapeMapper
from input_pipeline.magnification.shape_path import read_model

Tasks = dict[str, Callable[[], np.ndarray]]


def peak_mib() -> float:
    """The most memory that this process has held so far [MiB], on Linux.

    `getrusage` would count the memory of the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _shape_tasks(
    mapper: ShapeMapper, plan: MapPlan, onset: np.ndarray, apex: np.ndarray, by: float
) -> Tasks:
    known = mapper.encode(onset, plan)

    def against(first: EncodedFace) -> np.ndarray:
        return mapper.shape_map(first, mapper.encode(apex, plan), by)

    return {
        "pair": lambda: against(mapper.encode(onset, plan)),
        "frame": lambda: against(known),
    }


def _displacement_tasks(
    mapper: ShapeMapper, plan: MapPlan, onset: np.ndarray, apex: np.ndarray, by: float
) -> Tasks:
    known, inside = first_face(mapper, onset, plan), plan.covered

    def against(first: FirstFace) -> np.ndarray:
        return displacement(mapper, first, mapper.encode(apex, plan), by, inside)

    return {
        "pair": lambda: against(first_face(mapper, onset, plan)),
        "frame": lambda: against(known),
    }


def main() -> None:
    """Serves rounds: arguments are a folder, a kind of map, and threads.

    Kinds: the published map, `whole` or in `regions`; and the `displacement`.
    """
    folder, program, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    onset, apex = np.load(folder / "faces.npy")
    factor = float((folder / "factor").read_text())
    model = read_model(folder / "shape.tflite")
    mapper = ShapeMapper(model, threads)
    height, width = (side // 2 for side in onset.shape[:2])
    plan = whole_map(height, width)
    if program == "regions":
        points = mapper.traits.map_points(np.load(folder / "points.npy"))
        plan = patch_regions(points, height, width, mapper.traits)
    tasks = (
        _displacement_tasks(mapper, plan, onset, apex, factor)
        if program == "displacement"
        else _shape_tasks(mapper, plan, onset, apex, factor)
    )
    print("ready", flush=True)
    for line in sys.stdin:
        task, count = line.split()
        milliseconds = []
        for _ in range(int(count)):
            start = time.perf_counter()
            result = tasks[task]()
            milliseconds.append((time.perf_counter() - start) * 1e3)
        np.save(folder / f"ours_{program}.npy", result)
        peak = peak_mib()
        print(json.dumps({"milliseconds": milliseconds, "peak_mib": peak}), flush=True)


if __name__ == "__main__":
    main()
