"""Claim: all leave-one-subject-out folds in a sixth of the time of published PyTorch.

442 clips of 68 subjects (as many as MEGC 2019's, features random), the published
network and settings, batches of 64, the same number of epochs for everyone:

- this project: `fgrmer evaluate`'s loop, two processes of one thread;
- PyTorch, as published: 6 encoder layers a region of which one has an effect, fold
  after fold, two threads, in `.venv-torch`, which is made on the first run;
- PyTorch, trimmed: the same without the layers that have no effect;
- Keras: a new model and `model.fit` for each fold, two threads; on the first few folds
  only, times in proportion.

Programs take turns, each in a process of its own. Seconds are of training: importing
and tracing come once a command whatever its epochs, and are shown apart: ours are taken
from when every process has finished its first fold, in proportion. Setting the model
back comes once a fold, so that of very few epochs it takes a larger share.

Run it on a machine that is otherwise idle: PyTorch's threads wait for each other, and
one busy core makes them many times slower, which is not the claim.

    .venv/bin/python -m benchmarks.loso
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from benchmarks.torch_environment import torch_python
from fgrmer_tf import atomic
from fgrmer_tf.spec import NUM_PATCHES, PATCH_SIZE

ROOT = Path(__file__).resolve().parents[1]
TORCH_WORKER = Path(__file__).with_name("torch_fgrmer.py")
OUR_WORKER = Path(__file__).with_name("loso_worker.py")
PROCESSORS = 2
# Subjects and clips of CASME II, SAMM and SMIC-HS in the composite of MEGC 2019.
DATA_SETS = ((24, 145), (28, 133), (16, 164))
OURS, FIT = "fgrmer_tf", "Keras model.fit"
PUBLISHED, TRIMMED = "PyTorch, as published", "PyTorch, trimmed"
NEEDED = {PUBLISHED: 6.0, TRIMMED: 1.8}


def write_features(file: Path) -> None:
    """Random patches, labels, and subjects of very different sizes."""
    random = np.random.default_rng(0)
    sizes = [
        1 + random.multinomial(clips - people, random.dirichlet(np.full(people, 2.0)))
        for people, clips in DATA_SETS
    ]
    group = np.repeat(np.arange(sum(map(len, sizes))), np.concatenate(sizes))
    shape = (len(group), NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, 1)
    np.savez(
        file,
        patches=random.normal(size=shape).astype(np.float32),
        label=random.integers(0, 3, len(group)),
        group=group,
    )


def run(*command: Any) -> dict[str, Any]:
    """Starts a worker and reads what it measured."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [*map(str, command)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{command[1]} failed:\n{done.stderr}")
    measured = json.loads(done.stdout.splitlines()[-1])
    if not measured["finite"]:
        raise SystemExit(f"{command[1]} gave predictions that are no numbers.")
    return measured


def one_round(features: Path, epochs: int, fit_folds: int) -> dict[str, dict]:
    """Every program once: seconds of training and of starting, and memory."""
    people = sum(count for count, _ in DATA_SETS)
    torch, found = torch_python(), {}
    for title, form in ((TRIMMED, "trimmed"), (PUBLISHED, "as-published")):
        one = run(torch, TORCH_WORKER, features, form, epochs, PROCESSORS)
        found[title] = {**one, "training_s": one["wall_s"], "start_s": 0.0}
    for title, form, folds in ((OURS, "folds", people), (FIT, "fit", fit_folds)):
        one = run(sys.executable, OUR_WORKER, features, form, epochs, PROCESSORS, folds)
        for key in ("wall_s", "training_s", "cpu_s"):
            one[key] *= people / folds
        found[title] = {**one, "start_s": one["wall_s"] - one["training_s"]}
    return found


def main(
    epochs: int = 6,
    rounds: int = 2,
    fit_folds: int = 2,
    out: Path = ROOT / "build/benchmarks/loso.json",
) -> int:
    """Measures, prints a table and writes JSON.

    Args:
        epochs: Of every fold and program.
        rounds: How often each program has its turn; medians count.
        fit_folds: Folds that Keras' own loop is measured on.
        out: The JSON file.

    Returns:
        0 if the claim holds, else 1.
    """
    with tempfile.TemporaryDirectory() as folder:
        features = Path(folder) / "features.npz"
        write_features(features)
        measured = [one_round(features, epochs, fit_folds) for _ in range(rounds)]
    keys = ("training_s", "start_s", "cpu_s", "peak_mib")
    programs = {
        title: {
            key: statistics.median(one[title][key] for one in measured) for key in keys
        }
        for title in measured[0]
    }
    ours = programs[OURS]["training_s"]
    table = Table(
        f"{epochs} epochs of 68 folds, {PROCESSORS} cores",
        "training, wall s",
        "times as long",
        "start, s",
        "CPU s",
        "peak MiB",
    )
    for title, one in sorted(programs.items(), key=lambda of: -of[1]["training_s"]):
        one["times_as_long"] = one["training_s"] / ours
        table.add_row(
            title,
            f"{one['training_s']:.1f}",
            f"{one['times_as_long']:.2f}",
            f"{one['start_s']:.1f}",
            f"{one['cpu_s']:.1f}",
            f"{one['peak_mib']:.0f}",
        )
    Console().print(table)
    holds = all(
        programs[title]["times_as_long"] >= times for title, times in NEEDED.items()
    )
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    result = {
        "epochs": epochs,
        "rounds": measured,
        "programs": programs,
        "needed": NEEDED,
        "holds": holds,
        "machine": machine,
    }
    atomic.write_json(out, result)
    wanted = ", ".join(f"{times} times {title}" for title, times in NEEDED.items())
    print(f"At least {wanted}: {holds}")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
