"""Claim: LiteRT answers one clip in a third of the time of PyTorch eager, or less.

`fgrmer train --experiment published` on made-up clips, `fgrmer export` to every
format, and the same network written in PyTorch, with weights of its own. Each runtime
runs in a process of its own, they take turns, and each takes and gives arrays: Keras,
tf.function, and the files as `export.runners` runs them; OpenVINO with its hint for
float32; PyTorch eager in inference mode with one thread and with one a core. Its
`trimmed` form has not the encoder layers that have no effect, so it does the work that
ours do: the claim is about the faster of its two runs. Errors are the largest
difference of a probability from Keras, and how many labels are the same, of 64 clips.

`.venv-torch` and `.venv-openvino` are made on the first run.

    .venv/bin/python -m benchmarks.runtimes
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from rich.console import Console
from rich.table import Column, Table

from benchmarks import environments, served
from benchmarks.runtimes_worker import FUNCTION, KERAS
from export.signature import ARTEFACTS, FORMATS, patches_shape
from fgrmer_tf import atomic
from fgrmer_tf.spec import AU_NOT_ANNOTATED, MEGC2019_CLASSES, NUM_AUS
from input_pipeline import feature_store
from input_pipeline.feature_table import FeatureTable

HERE = Path(__file__).parent
ROOT = HERE.parent
BATCHES = (1, 64)
CLIPS, SUBJECTS = 120, 12
FASTER = 3.0
"""Times the latency of LiteRT that PyTorch must take."""
PUBLISHED, TRIMMED = "as-published", "trimmed"


def write_store(folder: Path) -> np.ndarray:
    """Made-up clips, each class with a pattern of its own; returns their patches."""
    random = np.random.default_rng(0)
    label = np.arange(CLIPS) % len(MEGC2019_CLASSES)
    shape = patches_shape(channels=1)
    patterns = random.normal(size=(len(MEGC2019_CLASSES), *shape))
    patches = patterns[label] + random.normal(size=(CLIPS, *shape))
    table = FeatureTable(
        patches=patches.astype(np.float32),
        label=label,
        subject=np.array([f"s{n % SUBJECTS}" for n in range(CLIPS)]),
        dataset=np.full(CLIPS, "made up"),
        clip=np.arange(CLIPS).astype(str),
        class_names=MEGC2019_CLASSES,
        au=np.full((CLIPS, NUM_AUS), AU_NOT_ANNOTATED, np.uint8),
    )
    folder.mkdir()
    feature_store.write(folder, table, key="runtimes", settings={})
    return table.patches


def make(folder: Path, epochs: int) -> dict[str, Any]:
    """Trains and exports; returns the manifest of the export."""
    store, run, out = (folder / name for name in ("store", "run", "export"))
    np.save(folder / "patches.npy", write_store(store)[: max(BATCHES)])
    settings = ("--experiment", "published", "--epochs", str(epochs))
    for command in (
        ("train", "--store", store, "--out", run, *settings),
        ("export", run, "--out", out, "--store", store, "--formats", *FORMATS),
    ):
        subprocess.run([served.FGRMER, *command], check=True)
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def commands(folder: Path, seconds: float) -> dict[str, list[Any]]:
    """How each runtime is measured."""
    patches, times = folder / "patches.npy", [seconds, *BATCHES]
    worker = [sys.executable, "-m", "benchmarks.runtimes_worker"]
    found: dict[str, list[Any]] = {
        runtime: [*worker, runtime, folder / "run", folder / "export", patches, *times]
        for runtime in (KERAS, FUNCTION, *FORMATS)
    }
    openvino = [environments.python("openvino"), HERE / "openvino_runtime.py"]
    onnx = folder / "export" / ARTEFACTS["onnx"]
    found["openvino"] = [*openvino, onnx, patches, *times]
    torch = [environments.python("torch"), HERE / "torch_runtime.py", patches]
    for form in (TRIMMED, PUBLISHED):
        for threads in sorted({1, os.cpu_count() or 1}):
            name = f"pytorch {form}, {threads} thread(s)"
            found[name] = [*torch, form, threads, *times]
    return found


def row(measured: list[dict[str, Any]], expected: np.ndarray) -> dict[str, Any]:
    """One line of the table: medians of the rounds."""

    def median(batch: int) -> float:
        times = [statistics.median(of["seconds"][str(batch)]) for of in measured]
        return statistics.median(times)

    found: dict[str, Any] = {
        "latency_ms": 1000 * median(1),
        "clips_per_second": max(BATCHES) / median(max(BATCHES)),
        "bytes": measured[0]["bytes"],
    }
    if "probabilities" in measured[0]:
        given = np.array(measured[0]["probabilities"])
        found["difference"] = float(np.abs(given - expected).max())
        same = given.argmax(axis=1) == expected.argmax(axis=1)
        found["same_label"] = float(same.mean())
    return found


def main(
    out: Path = ROOT / "build/benchmarks/runtimes.json",
    *,
    seconds: float = 3.0,
    rounds: int = 3,
    epochs: int = 20,
) -> int:
    """Measures, prints a table, writes JSON; exit status 0 if the claim holds.

    Args:
        out: JSON file to write.
        seconds: Length of every single measurement.
        rounds: How often the runtimes take turns.
        epochs: Of the training.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        manifest = make(folder, epochs)
        runs: dict[str, list[dict[str, Any]]] = {}
        for _ in range(rounds):
            for name, command in commands(folder, seconds).items():
                runs.setdefault(name, []).append(_measured(command))
    expected = np.array(runs[KERAS][0]["probabilities"])
    rows = {name: row(measured, expected) for name, measured in runs.items()}
    eager = min(
        found["latency_ms"]
        for name, found in rows.items()
        if name.startswith(f"pytorch {TRIMMED}")
    )
    faster = eager / rows["litert"]["latency_ms"]
    quality = {
        name: found["quality"]
        for name, found in manifest["verified"].items()
        if "quality" in found
    }
    result = {
        "rows": rows,
        "quality": quality,
        "litert_over_pytorch": faster,
        "holds": faster >= FASTER,
    }
    atomic.write_json(out, result)
    console = Console()
    console.print(_table(rows))
    for name, found in quality.items():
        losses = ", ".join(
            f"{label} {100 * (f1['keras'] - f1['artefact']):.2f}"
            for label, f1 in found["f1_per_class"].items()
        )
        console.print(f"{name}: F1 lost on the training clips, points: {losses}")
    console.print(f"PyTorch eager over LiteRT: {faster:.2f} (at least {FASTER:.0f})")
    return 0 if result["holds"] else 1


def _measured(command: list[Any]) -> dict[str, Any]:
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def _table(rows: dict[str, dict[str, Any]]) -> Table:
    table = Table(
        Column("runtime", no_wrap=True),
        "one clip, ms",
        f"clips/s, {max(BATCHES)} at once",
        "bytes",
        "largest difference",
        "same labels",
    )
    for name, found in rows.items():
        error = ("", "")
        if "difference" in found:
            error = f"{found['difference']:.1e}", f"{100 * found['same_label']:.0f} %"
        table.add_row(
            name,
            f"{found['latency_ms']:.3f}",
            f"{found['clips_per_second']:.0f}",
            f"{found['bytes']:,}",
            *error,
        )
    return table


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
