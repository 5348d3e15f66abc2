"""Claim: MagNet's displacement recognises at least as well as the best optical flow.

Synthetic clips are made over the size of motion and the noise of the camera, several
seeds each; every motion measures the same frames with the same landmarks and alignment,
and is judged by UF1, leave one subject out. Beside the three flows and MagNet: `grey`,
one least-squares step on grey values with MagNet's window, so that it can be seen what
the network adds; `magnet x1`, the shape without magnification; and `magnet mean`, the
published map. Seeds 101 to 106 were looked at while the readout was chosen, so the
default ones are others. What is computed is kept, and a stopped run goes on.

    .venv/bin/python -m benchmarks.motion_size
"""

import dataclasses
import itertools
import json
import multiprocessing
import os
import statistics
from pathlib import Path
from typing import Literal

import numpy as np
import tyro
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.motion_clips import CONFIGS, FLOWS, MAGNET, Cell, file_of, measure
from fgrmer_tf import atomic
from fgrmer_tf.config import LinearConfig
from fgrmer_tf.evaluation.metrics import scores
from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from fgrmer_tf.evaluation.results import pool
from fgrmer_tf.training.linear_model import evaluate_linear
from input_pipeline.feature_exchange import read_npz

ROOT = Path(__file__).resolve().parents[1]
SMALL = 0.5
"""Motion below this [px] is where MagNet is to be better than flow."""


def linear_uf1(path: Path, seed: int, work: Path) -> float:
    """UF1 of the linear model of every report, on what the network reads: patches."""
    table = read_npz(path)
    table = dataclasses.replace(table, motion_map=np.zeros(0, np.float32))
    folds = leave_one_subject_out(table.dataset, table.subject)
    results = evaluate_linear(table, folds, LinearConfig(), seed)
    found = pool(table, results)
    return scores(found.true, found.predicted, found.dataset, len(table.class_names))[
        "full"
    ]["uf1"]


def fgrmer_uf1(path: Path, seed: int, work: Path) -> float:
    """UF1 of the network with its default settings; kept in `work`."""
    from fgrmer_tf.cli.main import main as fgrmer

    store, run = work / f"{path.stem}-store", work / f"{path.stem}-run"
    for arguments in (
        ("features", "import", path, "--out", store),
        ("evaluate", "--store", store, "--out", run, "--seed", seed),
    ):
        if status := fgrmer([str(argument) for argument in arguments]):
            raise SystemExit(status)
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return metrics["full"]["uf1"]


MODELS = {"linear": linear_uf1, "fgrmer": fgrmer_uf1}


def verdict(peak: float, means: dict[str, float]) -> bool:
    """Whether MagNet is at least as good as every flow, and better on small motion."""
    best = max(means[name] for name in FLOWS)
    return means[MAGNET] > best if peak < SMALL else means[MAGNET] >= best


def show(rows: list[dict]) -> None:
    """Prints mean and standard deviation of UF1 over seeds."""
    table = Table("motion [px]", "noise", *CONFIGS, "claim", title="UF1")
    for row in rows:
        uf1 = row["uf1"]
        cells = [
            f"{row['mean'][name]:.3f} ± {statistics.stdev(uf1[name]):.3f}"
            if len(uf1[name]) > 1
            else f"{row['mean'][name]:.3f}"
            for name in CONFIGS
        ]
        holds = "holds" if row["holds"] else "fails"
        table.add_row(f"{row['peak']:g}", f"{row['noise']:g}", *cells, holds)
    Console(width=140).print(table)


def main(
    seeds: tuple[int, ...] = (11, 12, 13, 14, 15, 16),
    subjects: int = 6,
    peaks: tuple[float, ...] = (0.15, 0.25, 0.4, 0.8),
    noises: tuple[float, ...] = (1.0, 4.0),
    model: Literal["linear", "fgrmer"] = "linear",
    workers: int = os.cpu_count() or 1,
    work: Path = ROOT / "build/benchmarks/motion_size",
) -> int:
    """Measures every cell, prints a table and writes `results.json` into `work`.

    Args:
        seeds: Of people, motion and noise; and of the network.
        subjects: People a seed.
        peaks: Largest displacement in every clip [px of the frame, whose face is about
            280 px wide].
        noises: Read noise of the camera [grey levels], besides its photon noise.
        model: What recognises.
        workers: Processes that compute features.
        work: Folder for features and results.

    Returns:
        0 if MagNet's mean UF1 is at least that of the best flow in every cell, and
        better in those of less than half a pixel; else 1.
    """
    conditions = list(itertools.product(peaks, noises))
    cells = {
        condition: [Cell(seed, *condition, subjects) for seed in seeds]
        for condition in conditions
    }
    tasks = []
    for cell in itertools.chain(*cells.values()):
        missing = [name for name in CONFIGS if not file_of(work, cell, name).exists()]
        tasks += [(work, cell, tuple(missing))] if missing else []
    # Interpreters of the networks do not survive a fork.
    with multiprocessing.get_context("spawn").Pool(workers) as processes:
        done = processes.imap_unordered(_measure, tasks)
        for _ in track(done, "measuring motion", total=len(tasks)):
            pass
    rows = []
    for peak, noise in track(conditions, "recognising"):
        uf1 = {
            name: [
                MODELS[model](file_of(work, cell, name), cell.seed, work)
                for cell in cells[peak, noise]
            ]
            for name in CONFIGS
        }
        means = {name: statistics.mean(values) for name, values in uf1.items()}
        row = {"peak": peak, "noise": noise, "uf1": uf1, "mean": means}
        rows.append(row | {"holds": verdict(peak, means)})
    show(rows)
    atomic.write_json(
        work / "results.json",
        {"model": model, "seeds": seeds, "subjects": subjects, "rows": rows},
    )
    holds = all(row["holds"] for row in rows)
    print(f"MagNet at least as good as every flow, better below {SMALL} px: {holds}")
    return 0 if holds else 1


def _measure(task: tuple[Path, Cell, tuple[str, ...]]) -> None:
    measure(*task)


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
