"""Claim: however often `prepare` is killed, the store it ends with is the same.

`fgrmer prepare` is started on 300 clips and killed (SIGKILL, now the parent alone, now
all its processes) at a random moment, again and again; each start goes on from the one
before. Every store that gets finished is compared with an undisturbed one, byte for
byte, and started anew until the kills are done.

    .venv/bin/python benchmarks/prepare_kills.py
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tyro
from prepare_clips import bytes_of, prepare_command, write_clips
from rich.console import Console
from rich.table import Table

from fgrmer_tf import atomic

ROOT = Path(__file__).resolve().parents[1]


def start(command: list[str]) -> subprocess.Popen:
    """The command in a process group of its own."""
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def finished_shards(store: Path) -> dict[str, int]:
    """Inode of each shard that is noted as finished in the work folder."""
    work = store.with_name(f".{store.name}.work")
    done = {path.stem for path in work.glob("done/*.json")}
    return {
        path.name: path.stat().st_ino
        for path in work.glob("shards/*.tfrecord")
        if path.stem.removeprefix("shard-") in done
    }


def disturbed(
    command: list[str], store: Path, moment: float, everyone: bool
) -> tuple[bool, list[str]]:
    """Runs the command and kills it after `moment` seconds.

    Returns:
        Whether it was still running, and what is wrong with what it left behind.
    """
    before = finished_shards(store)
    process = start(command)
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        if everyone:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    running = process.wait() == -signal.SIGKILL
    after = finished_shards(store)
    if store.exists():
        after |= {path.name: path.stat().st_ino for path in store.glob("*.tfrecord")}
    wrong = []
    if not before.items() <= after.items():
        wrong.append("a finished shard was computed again")
    beside = {path.name for path in store.parent.iterdir()}
    if beside - {store.name, f".{store.name}.work"}:
        wrong.append(f"left behind: {', '.join(sorted(beside))}")
    return running, wrong


def main(
    out: Path = ROOT / "build/benchmarks/prepare_kills.json",
    kills: int = 20,
    clips: int = 300,
    workers: int = 2,
    seed: int = 0,
) -> int:
    """Kills `fgrmer prepare` at random moments and compares what it ends with.

    Args:
        out: The JSON file.
        kills: How often.
        clips: Clips of the store.
        workers: Processes that compute.
        seed: Of the moments.
    """
    draw = random.Random(seed)
    log, stores = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = write_clips(folder / "frames", clips)
        undisturbed = folder / "undisturbed"
        began = time.perf_counter()
        subprocess.run(
            prepare_command(manifest, undisturbed, workers),
            check=True,
            capture_output=True,
        )
        seconds = time.perf_counter() - began
        expected = bytes_of(undisturbed)
        store = folder / "killed" / "store"
        store.parent.mkdir()
        command = prepare_command(manifest, store, workers)
        while sum(entry["killed"] for entry in log) < kills:
            moment, everyone = draw.uniform(0, seconds), draw.random() < 0.5
            killed, wrong = disturbed(command, store, moment, everyone)
            log.append(
                {
                    "after_seconds": round(moment, 3),
                    "killed": killed,
                    "all_processes": everyone,
                    "shards_finished": len(finished_shards(store)),
                    "wrong": wrong,
                }
            )
            if not killed:
                stores.append(bytes_of(store) == expected)
                shutil.rmtree(store)
        subprocess.run(command, check=True, capture_output=True)
        stores.append(bytes_of(store) == expected)
        left = [path.name for path in store.parent.iterdir() if path != store]
    holds = all(stores) and not left and not any(entry["wrong"] for entry in log)
    result = {
        "kills": sum(entry["killed"] for entry in log),
        "stores_finished": len(stores),
        "stores_equal": sum(stores),
        "left_behind": left,
        "undisturbed_seconds": seconds,
        "clips": clips,
        "workers": workers,
        "seed": seed,
        "starts": log,
        "holds": holds,
    }
    atomic.write_json(out, result)
    console = Console()
    table = Table("start", "killed after", "who", "shards finished", "wrong")
    for number, entry in enumerate(log):
        who = "all processes" if entry["all_processes"] else "the parent"
        table.add_row(
            str(number),
            f"{entry['after_seconds']:.2f} s" if entry["killed"] else "ended by itself",
            who if entry["killed"] else "",
            str(entry["shards_finished"]),
            "; ".join(entry["wrong"]),
        )
    console.print(table)
    console.print(
        f"{result['kills']} kills, {len(stores)} finished stores, of which "
        f"{sum(stores)} are equal to the undisturbed one."
    )
    console.print(f"{'holds' if holds else 'FAILS'}. Written: {out}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(tyro.cli(main))
