"""Claims: gRPC costs little beside the model, and batching pays under load.

`fgrmer serve` in one process, clients in another, on one machine. Measured are p50 and
p99 of the latency and the requests a second, by REST and gRPC, of requests of 1 and 64
clips, from 1 and 32 clients; beside them the signature of the same SavedModel, called
in process. It must show:

- gRPC with one clip and one client: p50 under twice that of the call in process;
- gRPC with one clip and 32 clients: with batching at least 4 times the requests a
  second of a server that runs every request alone.

    .venv/bin/python -m benchmarks.serving
"""

import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tyro
from rich.console import Console
from rich.table import Table
from tensorflow_serving.apis import predict_pb2

from benchmarks import served
from export import push
from export.signature import ARTEFACTS, PATCHES, TENSOR_SIGNATURE
from fgrmer_tf import atomic

ROOT = Path(__file__).resolve().parents[1]
MODEL = "fgrmer"
SLOWER = 2.0
"""Times the call in process that a call over gRPC may take."""
FASTER = 4.0
"""Times the requests a second that batching must give."""
ALONE = ("--batching.max-execution-batch-size", "1")


def bodies(folder: Path, batch: int) -> dict[str, Path]:
    """A request of so many clips as each protocol sends it."""
    patches = served.clips(batch)
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL
    request.model_spec.signature_name = TENSOR_SIGNATURE
    request.inputs[PATCHES].CopyFrom(tf.make_tensor_proto(patches))
    rows = {"signature_name": TENSOR_SIGNATURE, "instances": patches.tolist()}
    return {
        "grpc": atomic.write_bytes(
            folder / f"grpc-{batch}", request.SerializeToString()
        ),
        "rest": atomic.write_text(folder / f"rest-{batch}", json.dumps(rows)),
    }


def summary(latencies: list[float], seconds: float, batch: int) -> dict[str, float]:
    """p50 and p99 [ms], requests and clips a second."""
    p50, p99 = 1000 * np.percentile(latencies, (50, 99))
    rate = len(latencies) / seconds
    return {"p50": p50, "p99": p99, "requests": rate, "clips": rate * batch}


def in_process(model: Path, batch: int, seconds: float) -> dict[str, float]:
    """The signature of the SavedModel, one call after the other."""
    # Held here: variables are gone when nothing holds the module any more.
    module = tf.saved_model.load(str(model))
    signature, patches = module.signatures[TENSOR_SIGNATURE], served.clips(batch)
    latencies: list[float] = []
    for _ in range(20):
        signature(patches=tf.constant(patches))
    end = time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        for value in signature(patches=tf.constant(patches)).values():
            value.numpy()
        latencies.append(time.perf_counter() - started)
    return summary(latencies, seconds, batch)


def measure(
    running: served.Served, protocol: str, body: Path, clients: int, seconds: float
) -> list[float]:
    """Latencies [s] of clients in a process of their own."""
    address = running.grpc if protocol == "grpc" else running.rest.split("//")[1]
    command = [
        sys.executable,
        str(ROOT / "benchmarks/serving_clients.py"),
        protocol,
        address,
        str(body),
        str(clients),
        str(seconds),
        f"/v1/models/{MODEL}:predict",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def main(
    out: Path = ROOT / "build/benchmarks/serving.json", *, seconds: float = 6.0
) -> int:
    """Measures, prints a table, writes JSON; exit status 0 if both claims hold.

    Args:
        out: JSON file to write.
        seconds: Length of every single measurement.
    """
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        export = served.make_export(folder / "export", seed=1)
        base = folder / MODEL
        push.push(export, base)
        sent = {batch: bodies(folder, batch) for batch in (1, 64)}
        for batch in sent:
            rows[f"in process, {batch} clips, 1 client"] = in_process(
                export / ARTEFACTS["savedmodel"], batch, seconds
            )
        with served.server(base) as running:
            for batch, clients, protocol in itertools.product(
                sent, (1, 32), ("grpc", "rest")
            ):
                found = measure(
                    running, protocol, sent[batch][protocol], clients, seconds
                )
                name = f"{protocol}, {batch} clips, {clients} clients"
                rows[name] = summary(found, seconds, batch)
        with served.server(base, *ALONE) as running:
            found = measure(running, "grpc", sent[1]["grpc"], 32, seconds)
            rows["grpc, 1 clips, 32 clients, not batched"] = summary(found, seconds, 1)
    slower = (
        rows["grpc, 1 clips, 1 clients"]["p50"]
        / (rows["in process, 1 clips, 1 client"]["p50"])
    )
    faster = (
        rows["grpc, 1 clips, 32 clients"]["requests"]
        / (rows["grpc, 1 clips, 32 clients, not batched"]["requests"])
    )
    result: dict[str, Any] = {
        "rows": rows,
        "grpc_over_in_process": slower,
        "batching_gain": faster,
        "holds": slower < SLOWER and faster >= FASTER,
    }
    atomic.write_json(out, result)
    table = Table("what", "p50, ms", "p99, ms", "requests/s", "clips/s")
    for name, row in rows.items():
        table.add_row(
            name,
            f"{row['p50']:.2f}",
            f"{row['p99']:.2f}",
            f"{row['requests']:.0f}",
            f"{row['clips']:.0f}",
        )
    console = Console()
    console.print(table)
    console.print(f"gRPC over in process: {slower:.2f} (below {SLOWER:.0f})")
    console.print(f"batching over none: {faster:.2f} (at least {FASTER:.0f})")
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
