"""What small requests that mean a lot do to `fgrmer serve`.

Serves an untrained model, sends each bomb by itself after a warm-up, and reads the peak
of the server's memory while it answers.

    .venv/bin/python -m benchmarks.serving_bombs

Prints a table, writes build/benchmarks/serving_bombs.json, and exits with 1 when one of
them is answered with another status than stated, takes 100 ms or longer (the best of
--repeats), or adds 50 MiB or more.
"""

import argparse
import base64
import gzip
import http.client
import json
import re
import struct
import sys
import tempfile
import time
import urllib.parse
import zlib
from collections.abc import Callable
from pathlib import Path

import grpc
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from benchmarks.served import Served, make_export, server
from export.push import push

_MOST_MS = 100.0
_MOST_MIB = 50.0
_PNG_SIDE = 12_000
_PATH = "/v1/models/model:predict"
Ask = Callable[[], str]


def _png(side: int) -> bytes:
    """A grey PNG of `side` x `side` zeros: some hundred kilobytes of file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return (
            struct.pack(">I", len(data))
            + checked
            + struct.pack(">I", zlib.crc32(checked))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side + 1) * side), 9)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _rest(served: Served, body: bytes, encoding: str = "identity") -> Ask:
    address = urllib.parse.urlsplit(served.rest)

    def ask() -> str:
        connection = http.client.HTTPConnection(
            str(address.hostname), address.port, timeout=60
        )
        headers = {"Content-Encoding": encoding}
        connection.request("POST", _PATH, body, headers)
        status = connection.getresponse().status
        connection.close()
        return str(status)

    return ask


def _grpc(served: Served, tensor: tensor_pb2.TensorProto) -> Ask:
    stub = prediction_service_pb2_grpc.PredictionServiceStub(
        grpc.insecure_channel(served.grpc)
    )
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "model"
    request.model_spec.signature_name = "patches"
    request.inputs["patches"].CopyFrom(tensor)

    def ask() -> str:
        try:
            stub.Predict(request, timeout=60)
        except grpc.RpcError as error:
            return error.code().name
        return "OK"

    return ask


def bombs(served: Served) -> dict[str, tuple[int, str, Ask]]:
    """Bytes sent, expected status and the request, by name."""
    bodies = {
        "50 000 lists deep": (b'{"instances": ' + b"[" * 50_000, "400", ""),
        "gzip of 256 MiB of zeros": (gzip.compress(bytes(2**28), 9), "413", "gzip"),
        "gzip of a gzip": (
            gzip.compress(gzip.compress(bytes(2**28), 9)),
            "400",
            "gzip",
        ),
        "gzip of 8 million lists": (
            gzip.compress(b'{"instances": [' + b"[]," * 8_000_000 + b"1]}"),
            "413",
            "gzip",
        ),
        "a number of 1 million digits": (
            b'{"instances": [' + b"9" * 1_000_000 + b"]}",
            "400",
            "",
        ),
        f"PNG of {_PNG_SIDE} x {_PNG_SIDE}": (
            json.dumps(
                {"instances": [{"b64": base64.b64encode(_png(_PNG_SIDE)).decode()}]}
            ).encode(),
            "400",
            "",
        ),
    }
    found = {
        name: (len(body), status, _rest(served, body, encoding or "identity"))
        for name, (body, status, encoding) in bodies.items()
    }
    tensor = tensor_pb2.TensorProto(dtype=tf.float32.as_datatype_enum, float_val=[1.0])
    for size in (2**40, 30, 7, 7, 3):
        tensor.tensor_shape.dim.add(size=size)
    ask = _grpc(served, tensor)
    found["tensor of 2^40 rows, one value"] = (
        tensor.ByteSize(),
        "INVALID_ARGUMENT",
        ask,
    )
    return found


def _peak(served: Served) -> float:
    """Most resident memory [MiB] since `_forget_peak`."""
    status = Path(f"/proc/{served.process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def _forget_peak(served: Served) -> None:
    Path(f"/proc/{served.process}/clear_refs").write_text("5", encoding="utf-8")


def measure(served: Served, repeats: int) -> list[dict]:
    """One row for each bomb."""
    rows = []
    for name, (size, expected, ask) in bombs(served).items():
        _forget_peak(served)
        before, times, statuses = served.memory(), [], set()
        for _ in range(repeats):
            started = time.perf_counter()
            statuses.add(ask())
            times.append((time.perf_counter() - started) * 1e3)
        row = {
            "bomb": name,
            "bytes": size,
            "status": ", ".join(sorted(statuses)),
            "ms": round(min(times), 1),
            "mib": round(_peak(served) - before, 1),
        }
        row["holds"] = (
            statuses == {expected} and row["ms"] < _MOST_MS and row["mib"] < _MOST_MIB
        )
        rows.append(row)
    return rows


def main() -> int:
    """Measures, prints, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--json", type=Path, default=Path("build/benchmarks/serving_bombs.json")
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fgrmer-bombs-") as folder:
        base = Path(folder) / "model"
        push(make_export(Path(folder) / "export", seed=1), base)
        with server(base) as served:
            _rest(served, b'{"instances": [[1]]}')()
            rows = measure(served, options.repeats)
    print("| bomb | bytes sent | answer | ms | memory rise, MiB |")
    print("|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row['bomb']} | {row['bytes']:,} | {row['status']} | {row['ms']} "
            f"| {row['mib']} |"
        )
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
