"""Claim: two workers prepare 1.7 times as fast as a plain loop, in flat memory.

Clips per second of whole commands, their start included, against a plain loop with the
same parts; then the memory of the whole process tree (proportional set size, so that
shared pages count once) for few and for many clips. Sixteen frames stand under all
names: see `prepare_clips.py`. Needs Linux, two cores and nothing else running.

    .venv/bin/python benchmarks/prepare.py
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tyro
from prepare_clips import APEXES, bytes_of, prepare_command, write_clips
from rich.console import Console
from rich.table import Table

from fgrmer_tf import atomic

ROOT = Path(__file__).resolve().parents[1]
LOOP = Path(__file__).with_name("prepare_loop.py")
PLAIN, ONE, TWO = "plain loop", "prepare --workers 1", "prepare --workers 2"
FASTER, GROWTH, MIB = 1.7, 0.10, 1500.0
_SAMPLE_SECONDS = 0.05


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:
            continue
        for child in children:
            found += tree(int(child))
    return found


def memory_mib(pid: int) -> float:
    """Proportional set size of the tree below `pid` [MiB]."""
    total = 0
    for process in tree(pid):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def measured(command: list[str], watch_memory: bool) -> tuple[float, float]:
    """Seconds that `command` took, and its peak memory [MiB] when watched."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    started, peak = time.perf_counter(), 0.0
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while watch_memory and process.poll() is None:
            peak = max(peak, memory_mib(process.pid))
            time.sleep(_SAMPLE_SECONDS)
        said = process.communicate()[1]
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{said.decode()}")
    return time.perf_counter() - started, peak


def speeds(folder: Path, clips: int, rounds: int) -> dict[str, list[float]]:
    """Clips per second of each program in each round; the programs take turns."""
    manifest = write_clips(folder / "frames", clips)
    rates: dict[str, list[float]] = {PLAIN: [], ONE: [], TWO: []}
    for _ in range(rounds):
        stores = []
        for name in rates:
            store = folder / f"store {name[-1]}"
            shutil.rmtree(store, ignore_errors=True)
            if name == PLAIN:
                command = [sys.executable, str(LOOP), str(manifest)]
                command.append(str(folder / "plain.npz"))
            else:
                command = prepare_command(manifest, store, int(name[-1]))
                stores.append(store)
            seconds, _ = measured(command, watch_memory=False)
            rates[name].append(clips / seconds)
        one, two = map(bytes_of, stores)
        if one != two:
            raise RuntimeError("Two workers wrote another store than one.")
    return rates


def peaks(folder: Path, sizes: tuple[int, ...]) -> dict[int, float]:
    """Peak memory of two workers [MiB] by number of clips."""
    found = {}
    for clips in sizes:
        manifest = write_clips(folder / "frames", clips)
        store = folder / f"store of {clips}"
        _, found[clips] = measured(prepare_command(manifest, store, 2), True)
        shutil.rmtree(store)
    return found


def main(
    out: Path = ROOT / "build/benchmarks/prepare.json",
    clips: int = 600,
    rounds: int = 3,
    few: int = 200,
    many: int = 2000,
) -> int:
    """Measures speed and memory of `fgrmer prepare`, and writes JSON.

    Args:
        out: The JSON file.
        clips: Clips of the speed test.
        rounds: Rounds of it; the median counts.
        few: Clips of the smaller memory test.
        many: Clips of the larger one.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rates = speeds(folder, clips, rounds)
        memory = peaks(folder, (few, many))
    median = {name: statistics.median(values) for name, values in rates.items()}
    faster = {name: median[TWO] / median[name] for name in (PLAIN, ONE)}
    growth = memory[many] / memory[few] - 1
    holds = {
        f"two workers at least {FASTER}x a plain loop": faster[PLAIN] >= FASTER,
        f"memory flat within {GROWTH:.0%}": growth <= GROWTH,
        f"memory under {MIB:.0f} MiB": memory[many] < MIB,
    }
    atomic.write_json(
        out,
        {
            "frames": f"{APEXES + 1} frames of 640x480 under all names",
            "clips": clips,
            "clips_per_second": rates,
            "median_clips_per_second": median,
            "two_workers_faster_than": faster,
            "peak_memory_mib": memory,
            "memory_growth": growth,
            "claims": holds,
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, "
            f"Python {platform.python_version()}",
        },
    )
    console = Console()
    table = Table("", "clips/s", "two workers are faster by", title=f"{clips} clips")
    for name, rate in median.items():
        table.add_row(name, f"{rate:.1f}", f"{median[TWO] / rate:.2f}x")
    console.print(table)
    table = Table("clips", "peak MiB, all processes", title="two workers")
    for size, mib in memory.items():
        table.add_row(str(size), f"{mib:.0f}")
    console.print(table)
    for claim, held in holds.items():
        console.print(f"{'holds' if held else 'FAILS'}: {claim}")
    console.print(f"Written: {out}")
    return 0 if all(holds.values()) else 1


if __name__ == "__main__":
    sys.exit(tyro.cli(main))
