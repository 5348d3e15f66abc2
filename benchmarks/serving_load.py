"""Claims: new versions come and go under load, and no client notices.

`fgrmer serve` in one process; 32 clients, half by REST and half by gRPC, send batches
without a pause while two models that answer differently are pushed in turn 20 times,
and rolled back 5 times. The clients go on for 60 s, and until the last push. It must
show:

- no request fails;
- the rows of one answer are all of one version, and by gRPC of the version that the
  answer names;
- memory is flat: in the last third of the changes within 10 % of what it was in the
  second, by medians: single values differ by 15 % as traffic comes and goes.

    .venv/bin/python -m benchmarks.serving_load
"""

import collections
import concurrent.futures
import dataclasses
import statistics
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from benchmarks import served
from export import push, runners, versions
from export.conformance.grpc_client import GrpcClient
from export.conformance.rest_client import RestClient
from export.conformance.target import TOLERANCE, Target, look_at
from export.signature import ARTEFACTS, LOGITS, PATCHES, TENSOR_SIGNATURE
from fgrmer_tf import atomic

ROOT = Path(__file__).resolve().parents[1]
MODEL = "fgrmer"
BATCH = 3
GROWTH = 1.10
"""Times its memory that the server may have in the last third."""
PATIENCE = 120.0
"""Seconds in which a pushed version must answer."""


@dataclasses.dataclass
class Seen:
    """What the clients saw."""

    answers: collections.Counter[str] = dataclasses.field(
        default_factory=collections.Counter
    )
    failures: list[str] = dataclasses.field(default_factory=list)
    mixed: list[str] = dataclasses.field(default_factory=list)


def _origin(logits: np.ndarray, wanted: tuple[np.ndarray, ...]) -> int | None:
    """Which model gave all rows of an answer; `None` when no single one did."""
    for model, expected in enumerate(wanted):
        if np.abs(logits - expected).max() <= TOLERANCE:
            return model
    return None


def client(
    target: Target,
    grpc: bool,
    wanted: tuple[np.ndarray, ...],
    of_version: dict[int, int],
    stop: threading.Event,
    seen: Seen,
) -> None:
    """Asks until it is stopped.

    Args:
        target: The server.
        grpc: Whether it asks by gRPC.
        wanted: Logits of the batch by each model.
        of_version: The model of every version; grows while versions are pushed.
        stop: Ends it.
        seen: Where it writes what it saw.
    """
    patches = target.clips(BATCH)
    protocol = "gRPC" if grpc else "REST"
    while not stop.is_set():
        version = None
        try:
            if grpc:
                answer = target.rpc().predict(TENSOR_SIGNATURE, {PATCHES: patches})
                version = answer.model_spec.version.value
                logits = np.array(answer.outputs[LOGITS].float_val, np.float32)
                if not logits.size:
                    content = answer.outputs[LOGITS].tensor_content
                    logits = np.frombuffer(content, np.float32)
                logits = logits.reshape(BATCH, -1)
            else:
                logits = target.rows(patches)[LOGITS]
        except Exception as error:
            seen.failures.append(f"{protocol}: {error!r}"[:300])
            continue
        seen.answers[protocol] += 1
        model = _origin(logits, wanted)
        if model is None or (version is not None and of_version[version] != model):
            seen.mixed.append(f"{protocol}: version {version}, model {model}")


def _wait(target: Target, version: int) -> float:
    """Seconds until `version` answers."""
    started = time.monotonic()
    patches = target.clips(1)
    while True:
        answer = target.rpc().predict(TENSOR_SIGNATURE, {PATCHES: patches})
        if answer.model_spec.version.value == version:
            return time.monotonic() - started
        if time.monotonic() - started > PATIENCE:
            raise RuntimeError(f"Version {version} does not answer.")
        time.sleep(0.2)


def roll_out(
    base: Path,
    exports: tuple[Path, Path],
    target: Target,
    running: served.Served,
    of_version: dict[int, int],
    *,
    pushes: int,
    rollbacks: int,
) -> tuple[list[float], list[float]]:
    """Pushes the models in turn, and takes one back every few times.

    Returns:
        Seconds from each change to its first answer, and the memory [MiB] after each.
    """
    waits, memory = [], []
    for turn in range(pushes):
        # Known before it can answer.
        of_version[max(of_version) + 1] = (turn + 1) % 2
        waits.append(_wait(target, push.push(exports[(turn + 1) % 2], base)))
        memory.append(running.memory())
        if (turn + 1) * rollbacks // pushes > turn * rollbacks // pushes:
            _, newest = push.rollback(base)
            waits.append(_wait(target, newest))
    return waits, memory


def main(
    out: Path = ROOT / "build/benchmarks/serving_load.json",
    *,
    clients: int = 32,
    seconds: float = 60.0,
    pushes: int = 20,
    rollbacks: int = 5,
) -> int:
    """Loads the server, prints a table, writes JSON; exit status 0 if all claims hold.

    Args:
        out: JSON file to write.
        clients: Clients at once.
        seconds: Time for which they ask at least.
        pushes: New versions.
        rollbacks: How many of them are taken back.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        exports = (
            served.make_export(folder / "one", seed=1),
            served.make_export(folder / "two", seed=2),
        )
        base = folder / MODEL
        of_version = {push.push(exports[0], base): 0}
        with served.server(base, "--poll-seconds", "0.2") as running:
            target = look_at(
                RestClient(running.rest), MODEL, grpc=GrpcClient(running.grpc, MODEL)
            )
            patches = target.clips(BATCH)
            one, two = (
                runners.load(export / ARTEFACTS["savedmodel"])(patches)[LOGITS]
                for export in exports
            )
            seen, stop = Seen(), threading.Event()
            started = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(clients) as pool:
                tasks = [
                    pool.submit(
                        client, target, bool(n % 2), (one, two), of_version, stop, seen
                    )
                    for n in range(clients)
                ]
                try:
                    waits, memory = roll_out(
                        base,
                        exports,
                        target,
                        running,
                        of_version,
                        pushes=pushes,
                        rollbacks=rollbacks,
                    )
                    time.sleep(max(0.0, started + seconds - time.monotonic()))
                finally:
                    stop.set()
                for task in tasks:
                    task.result()
            took = time.monotonic() - started
            left = len(versions.served(base))
    third = len(memory) // 3
    settled = statistics.median(memory[third:-third])
    growth = statistics.median(memory[-third:]) / settled
    result = {
        "answers": dict(seen.answers),
        "seconds": took,
        "failures": len(seen.failures),
        "first_failures": seen.failures[:5],
        "mixed": len(seen.mixed),
        "first_mixed": seen.mixed[:5],
        "versions": left,
        "longest_wait": max(waits),
        "memory": memory,
        "growth": growth,
        "holds": not seen.failures and not seen.mixed and growth <= GROWTH,
    }
    atomic.write_json(out, result)
    table = Table("what", "seen", title=f"{clients} clients, {pushes} pushes")
    table.add_row("answers", f"{sum(seen.answers.values())} in {took:.0f} s")
    table.add_row("failed", f"{len(seen.failures)} {seen.failures[:1]}")
    table.add_row("mixed or misnamed versions", f"{len(seen.mixed)} {seen.mixed[:1]}")
    table.add_row("push to first answer, at most", f"{max(waits):.1f} s")
    table.add_row(
        f"memory, times (at most {GROWTH})", f"{growth:.2f} of {settled:.0f} MiB"
    )
    Console().print(table)
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
