"""Claim: TransFER trains and answers at least as fast as the same network in PyTorch.

`transfer_ir50` and `transfer_small` with the same random weights, batches of 1 and 16
random images, float32, two threads:

- this project: a training step of `model.train_on_batch`; inference as a `tf.function`
  of the Keras model; both plain and compiled by XLA (`--xla`), of which the faster one
  counts; and the exported ONNX and LiteRT files;
- PyTorch: a straightforward form, eager, in `.venv-torch`, which is made on the first
  run; with contiguous and with channels-last images, of which the faster one counts.

Every program is a process of its own; those of a network and a task take turns. The
claim is of Keras' medians; exported files and memory are shown beside. Logits must
agree to 1e-4 of the largest, so that what is compared is the same network.

Run it on a machine that is otherwise idle: PyTorch's threads wait for each other, and
one busy core makes them many times slower, which is not the claim.

    .venv/bin/python -m benchmarks.transfer
"""

import contextlib
import dataclasses
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from benchmarks.torch_environment import torch_python
from fgrmer_tf import atomic
from fgrmer_tf.transfer_config import TransferConfig
from fgrmer_tf.transfer_experiments import TRANSFER_IR50, TRANSFER_SMALL

ROOT = Path(__file__).resolve().parents[1]
TORCH_WORKER = Path(__file__).with_name("torch_transfer_worker.py")
OUR_WORKER = Path(__file__).with_name("transfer_worker.py")
NetworkName = Literal["transfer_ir50", "transfer_small"]
NETWORKS: dict[NetworkName, TransferConfig] = {
    "transfer_ir50": TRANSFER_IR50,
    "transfer_small": TRANSFER_SMALL,
}
BATCHES = (1, 16)
THREADS = 2
LAYOUTS = {"PyTorch": "contiguous", "PyTorch, channels last": "channels-last"}
KERAS, XLA = "Keras", "Keras, XLA"
EXPORTS = {
    "ONNX Runtime": "onnx",
    "LiteRT": "litert",
    "LiteRT, 16-bit weights": "litert-float16",
    "LiteRT, 8 bits": "litert-int8",
}
TASKS: dict[str, dict[str, str]] = {
    "train": {KERAS: "train", XLA: "train-xla"},
    "infer": {KERAS: "keras", XLA: "keras-xla", **EXPORTS},
}
SAME = ("PyTorch, channels last", KERAS, XLA, "ONNX Runtime", "LiteRT")
"""Programs that compute in float32, and whose logits are PyTorch's."""
LARGEST_DIFFERENCE = 1e-4


class Program:
    """A worker process that answers one round at a time."""

    def __init__(self, *command: Any):
        self._process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._name = " ".join(map(str, command[1:]))
        self._line()

    def _line(self) -> str:
        line = self._stdout.readline()
        if not line:
            raise SystemExit(f"{self._name} ended with {self._process.wait()}.")
        return line

    def round(self, batch: int, count: int) -> dict[str, Any]:
        """Seconds of each of `count` runs, peak memory so far, the last answer."""
        print(batch, count, file=self._stdin, flush=True)
        return json.loads(self._line())

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


def write_inputs(folder: Path, network: NetworkName) -> None:
    """Settings, images, weights and the exported files of one network."""
    settings = dataclasses.asdict(NETWORKS[network])
    (folder / "config.json").write_text(json.dumps(settings))
    random = np.random.default_rng(0)
    side, most = settings["image_size"], max(BATCHES)
    np.savez(
        folder / "data.npz",
        images=random.normal(size=(most, side, side, 3)).astype(np.float32),
        label=random.integers(0, settings["num_classes"], most),
    )
    # They end by themselves once their files are there.
    layout = LAYOUTS["PyTorch"]
    Program(torch_python(), TORCH_WORKER, folder, "make", layout, THREADS).close()
    for form in EXPORTS.values():
        Program(sys.executable, OUR_WORKER, folder, f"make-{form}", THREADS).close()


def measure(folder: Path, task: str, rounds: int, runs: int) -> dict[str, Any]:
    """Rounds of one task in turn; the first of each program does not count."""
    seconds: dict[str, dict[int, list[float]]] = {}
    last: dict[str, dict[str, Any]] = {}
    with contextlib.ExitStack() as stack:
        python = torch_python()
        commands = {
            **{
                title: (python, TORCH_WORKER, folder, task, layout, THREADS)
                for title, layout in LAYOUTS.items()
            },
            **{
                title: (sys.executable, OUR_WORKER, folder, form, THREADS)
                for title, form in TASKS[task].items()
            },
        }
        programs = {}
        for title, command in commands.items():
            programs[title] = Program(*command)
            stack.callback(programs[title].close)
        for index in range(rounds + 1):
            for title, program in programs.items():
                for batch in BATCHES:
                    # Threads of the program before spin a little before they sleep.
                    time.sleep(0.3)
                    count = max(1, runs // batch) if index else 1
                    last[title] = program.round(batch, count)
                    if index:
                        kept = seconds.setdefault(title, {}).setdefault(batch, [])
                        kept.extend(last[title]["seconds"])
    return {
        title: {
            "milliseconds": {
                str(batch): 1e3 * statistics.median(values)
                for batch, values in of.items()
            },
            "fastest_milliseconds": {
                str(batch): 1e3 * min(values) for batch, values in of.items()
            },
            "peak_mib": last[title]["peak_mib"],
            "answer": last[title]["answer"],
        }
        for title, of in seconds.items()
    }


def difference(inferred: dict[str, Any]) -> float:
    """Largest difference of logits from PyTorch's, relative to the largest logit."""
    truth = np.asarray(inferred["PyTorch"]["answer"])
    others = [np.asarray(inferred[title]["answer"]) for title in SAME]
    return float(max(np.abs(of - truth).max() for of in others) / np.abs(truth).max())


def judge(found: dict[str, Any]) -> dict[str, dict[str, float]]:
    """How many times as long PyTorch takes as Keras, each at its faster."""

    def fastest(task: str, titles: Iterable[str], batch: int) -> float:
        return min(found[task][title]["milliseconds"][str(batch)] for title in titles)

    return {
        task: {
            str(batch): fastest(task, LAYOUTS, batch)
            / fastest(task, (KERAS, XLA), batch)
            for batch in BATCHES
        }
        for task in TASKS
    }


def show(network: str, found: dict[str, Any]) -> None:
    """Prints one table a task."""
    for task in TASKS:
        table = Table(
            f"{network}, {task}",
            *(f"ms, batch {batch}" for batch in BATCHES),
            "times",
            "peak MiB",
        )
        ours = found[task][XLA]["milliseconds"]
        for title, row in found[task].items():
            took = row["milliseconds"]
            times = ", ".join(f"{took[b] / ours[b]:.2f}" for b in took)
            table.add_row(
                title,
                *(f"{value:.1f}" for value in took.values()),
                times,
                f"{row['peak_mib']:.0f}",
            )
        Console(width=100).print(table)


def main(
    networks: tuple[NetworkName, ...] = ("transfer_ir50", "transfer_small"),
    rounds: int = 3,
    runs: int = 4,
    out: Path = ROOT / "build/benchmarks/transfer.json",
) -> int:
    """Measures, prints tables and writes JSON.

    Args:
        networks: Which to measure.
        rounds: Rounds that count, each program in turn.
        runs: Images a round, in as many batches as that makes, at least one.
        out: The JSON file.

    Returns:
        0 if Keras is at least as fast as PyTorch in every task and batch, and logits
        agree; else 1.
    """
    result: dict[str, Any] = {
        "rounds": rounds,
        "runs": runs,
        "threads": THREADS,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "networks": {},
    }
    holds = True
    for network in networks:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_inputs(folder, network)
            found = {task: measure(folder, task, rounds, runs) for task in TASKS}
        apart, times = difference(found["infer"]), judge(found)
        slowest = min(min(of.values()) for of in times.values())
        holds = holds and slowest >= 1 and apart <= LARGEST_DIFFERENCE
        show(network, found)
        print(f"{network}: PyTorch takes at least {slowest:.2f} times as long; logits")
        print(f"differ by at most {apart:.1e} of the largest.")
        for of in found.values():
            for row in of.values():
                del row["answer"]
        result["networks"][network] = found | {
            "torch_over_keras": times,
            "difference": apart,
        }
        # After each network: a long run that is stopped has not measured for nothing.
        atomic.write_json(out, result | {"holds": holds})
    print(f"At least as fast as PyTorch, the same logits: {holds}")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
