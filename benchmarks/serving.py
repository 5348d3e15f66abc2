"""Claims: gRPC costs little beside the model, and batching pays under load.

`fgrmer serve` in one process, clients in another, on one machine. Measured are p50 and
p99 of the latency and the requests a second, by REST and gRPC, of requests of 1 and 64
clips, from 1 and 32 clients; beside them the signature of the same SavedModel, called
in process. It must show:

- gRPC with one clip and one client: p50 under twice that of the call in process;
- one clip a request, 32 at once: with batching at least 4 times the requests a second
  of running every request alone, by gRPC and for callers in the server's own process.

How much batching can give by gRPC depends on what a request costs beside the model, so
requests that hardly need it (a field of the model's card) are measured, too, and the
most that batching could give, were the model free: their rate over that of no batching.

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
from export.signature import (
    ARTEFACTS,
    CARD_SIGNATURE,
    FIELD,
    PATCHES,
    TENSOR_SIGNATURE,
)
from fgrmer_tf import atomic

ROOT = Path(__file__).resolve().parents[1]
MODEL = "fgrmer"
SLOWER = 2.0
"""Times the call in process that a call over gRPC may take."""
FASTER = 4.0
"""Times the requests a second that batching must give."""
ALONE = "--batching.no-enable-batching"
CLIENTS = 32
TURNS = 3
"""How often servers with and without batching are measured."""


def grpc_body(path: Path, signature: str, name: str, value: Any) -> Path:
    """Writes a request to a signature with one input as gRPC sends it."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL
    request.model_spec.signature_name = signature
    request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return atomic.write_bytes(path, request.SerializeToString())


def bodies(folder: Path, batch: int) -> dict[str, Path]:
    """A request of so many clips as each protocol sends it."""
    patches = served.clips(batch)
    rows = {"signature_name": TENSOR_SIGNATURE, "instances": patches.tolist()}
    return {
        "grpc": grpc_body(folder / f"grpc-{batch}", TENSOR_SIGNATURE, PATCHES, patches),
        "rest": atomic.write_text(folder / f"rest-{batch}", json.dumps(rows)),
    }


def summary(latencies: list[float], seconds: float, batch: int) -> dict[str, float]:
    """p50 and p99 [ms], requests and clips a second."""
    p50, p99 = (1000 * np.percentile(latencies, (50, 99))).tolist()
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
    path = f"/v1/models/{MODEL}:predict"
    return latencies_of(
        "benchmarks.serving_clients", protocol, address, body, clients, seconds, path
    )


def in_batcher(version: Path, seconds: float, *, batched: bool) -> list[float]:
    """Latencies [s] of callers in the batcher's process, which is none of ours."""
    how = "batched" if batched else "alone"
    return latencies_of("benchmarks.serving_batcher", version, CLIENTS, seconds, how)


def latencies_of(module: str, *arguments: object) -> list[float]:
    """What a module of the benchmarks prints, run in a process of its own."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def main(
    out: Path = ROOT / "build/benchmarks/serving.json", *, seconds: float = 6.0
) -> int:
    """Measures, prints a table, writes JSON; exit status 0 if all claims hold.

    Args:
        out: JSON file to write.
        seconds: Length of every single measurement.
    """
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        export = served.make_export(folder / "export", seed=1)
        base = folder / MODEL
        version = base / str(push.push(export, base))
        sent = {batch: bodies(folder, batch) for batch in (1, 64)}
        field = grpc_body(folder / "field", CARD_SIGNATURE, FIELD, ["model_id"])
        for batch in sent:
            rows[f"in process, {batch} clips, 1 client"] = in_process(
                export / ARTEFACTS["savedmodel"], batch, seconds
            )
        for batched in (True, False):
            rows[f"batcher, 1 clips, {CLIENTS} callers{_alone(batched)}"] = summary(
                in_batcher(version, seconds, batched=batched), seconds, 1
            )
        with served.server(base) as running, served.server(base, ALONE) as alone:
            for batch, clients, protocol in itertools.product(
                sent, (1, CLIENTS), ("grpc", "rest")
            ):
                if (batch, clients) != (1, CLIENTS):
                    found = measure(
                        running, protocol, sent[batch][protocol], clients, seconds
                    )
                    name = f"{protocol}, {batch} clips, {clients} clients"
                    rows[name] = summary(found, seconds, batch)
            found = measure(running, "grpc", field, CLIENTS, seconds)
            rows[f"grpc, a field, {CLIENTS} clients"] = summary(found, seconds, 0)
            for protocol in ("grpc", "rest"):
                name = f"{protocol}, 1 clips, {CLIENTS} clients"
                taken = {name: [], name + _alone(False): []}
                # In turns: what else the machine does weighs on both.
                for _ in range(TURNS):
                    for which, server in zip(taken, (running, alone), strict=True):
                        taken[which] += measure(
                            server, protocol, sent[1][protocol], CLIENTS, seconds
                        )
                for which, found in taken.items():
                    rows[which] = summary(found, TURNS * seconds, 1)
    gains = {
        "batcher": _gain(rows, f"batcher, 1 clips, {CLIENTS} callers"),
        "grpc": _gain(rows, f"grpc, 1 clips, {CLIENTS} clients"),
        "rest": _gain(rows, f"rest, 1 clips, {CLIENTS} clients"),
    }
    of_none = rows[f"grpc, 1 clips, {CLIENTS} clients{_alone(False)}"]["requests"]
    most = rows[f"grpc, a field, {CLIENTS} clients"]["requests"] / of_none
    slower = (
        rows["grpc, 1 clips, 1 clients"]["p50"]
        / rows["in process, 1 clips, 1 client"]["p50"]
    )
    claims = {
        f"gRPC over in process: {slower:.2f} (below {SLOWER:.0f})": slower < SLOWER,
        **{
            f"batching over none, {where}: {gains[where]:.2f} (at least {FASTER:.0f}; "
            f"{bound})": gains[where] >= FASTER
            for where, bound in (
                ("batcher", "no protocol"),
                ("grpc", f"were the model free: {most:.2f}"),
            )
        },
    }
    result: dict[str, Any] = {
        "rows": rows,
        "grpc_over_in_process": slower,
        "batching_gain": gains,
        "grpc_gain_were_the_model_free": most,
        "claims": claims,
        "holds": all(claims.values()),
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
    for claim, holds in claims.items():
        console.print(f"{'holds' if holds else 'FAILS'}: {claim}")
    return 0 if result["holds"] else 1


def _alone(batched: bool) -> str:
    return "" if batched else ", not batched"


def _gain(rows: dict[str, dict[str, float]], name: str) -> float:
    return rows[name]["requests"] / rows[name + _alone(False)]["requests"]


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
