"""Claim: no request, however broken, ends the server or makes it fail.

Hypothesis makes up JSON bodies (any JSON, requests with parts replaced, and valid ones
with bytes changed), base64 of images and of anything, and `tf.train.Example`s with
bytes changed. Every answer must be JSON with a status below 500 within 10 s, over gRPC
a refusal of the request; at the end the server must answer as at the beginning.

    .venv/bin/python -m benchmarks.serving_fuzz
"""

import base64
import dataclasses
import http.client
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import hypothesis
import numpy as np
import tyro
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from benchmarks import served
from export import push
from export.conformance import images
from export.conformance.grpc_client import GrpcClient
from export.conformance.rest_client import RestClient
from export.conformance.target import Target, look_at
from export.runners import serialize
from export.signature import (
    CARD_SIGNATURE,
    CLASSIFY_SIGNATURE,
    EXAMPLE_SIGNATURE,
    EXAMPLES,
    TENSOR_SIGNATURE,
)
from fgrmer_tf import atomic

ROOT = Path(__file__).resolve().parents[1]
MODEL = "fgrmer"
PATIENCE = 10.0
"""Seconds in which every request must be answered."""
REFUSALS = {"OK", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"}


class Broken(Exception):  # noqa: N818 (a finding about the server)
    """What a request did to the server."""


@dataclasses.dataclass(frozen=True)
class Request:
    """One body and where it goes.

    Args:
        kind: How it was made up.
        action: `predict` or `classify`.
        body: Bytes over REST; of an Example over gRPC.
    """

    kind: str
    action: str
    body: bytes


def _json_values() -> st.SearchStrategy[Any]:
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.builds(lambda data: {"b64": data}, st.text(max_size=20)),
    )
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=5),
            st.dictionaries(st.text(max_size=8), inner, max_size=4),
        ),
        max_leaves=12,
    )


def _changed(valid: bytes) -> st.SearchStrategy[bytes]:
    """`valid` cut at two places, with other bytes put in."""

    def change(cut: tuple[int, int, bytes]) -> bytes:
        first, length, put = cut
        return valid[:first] + put + valid[first + length :]

    places = st.integers(0, len(valid))
    lengths = st.one_of(st.integers(0, 9), places)
    return st.tuples(places, lengths, st.binary(max_size=20)).map(change)


def _b64(data: bytes) -> dict[str, str]:
    return {"b64": base64.b64encode(data).decode("ascii")}


def requests(target: Target) -> st.SearchStrategy[Request]:
    """Requests to a model of so many channels."""
    patches = target.clips(1)
    example = serialize(patches)[0]
    rows = {"signature_name": TENSOR_SIGNATURE, "instances": patches.tolist()}
    small = json.dumps({"signature_name": CARD_SIGNATURE, "instances": ["model_id"]})
    names = st.sampled_from(
        [TENSOR_SIGNATURE, EXAMPLE_SIGNATURE, CLASSIFY_SIGNATURE, CARD_SIGNATURE]
    )
    value = _json_values()

    def body(**fields: Any) -> bytes:
        # Python writes NaN and Infinity as the server reads them.
        return json.dumps(fields).encode("utf-8", "surrogatepass")

    parts = st.builds(
        lambda name, key, given: body(signature_name=name, **{key: given}),
        st.one_of(names, value),
        st.sampled_from(["instances", "inputs", "examples"]),
        value,
    )
    pictures = [*images.NOT_IMAGES.values(), *images.ANIMATED.values()]
    encoded = st.one_of(
        st.binary(max_size=200),
        st.sampled_from([images.png(31, 37), *pictures]).flatmap(_changed),
        _changed(example),
    ).map(lambda data: body(instances=[_b64(data)]))
    action = st.sampled_from(["predict", "predict", "predict", "classify"])

    def rest(kind: str, made: st.SearchStrategy[bytes]) -> st.SearchStrategy[Request]:
        return st.builds(Request, st.just(kind), action, made)

    return st.one_of(
        rest("any JSON", value.map(lambda v: json.dumps(v).encode("utf-8"))),
        rest("a request's parts", parts),
        rest("base64", encoded),
        rest("changed bytes", _changed(small.encode())),
        rest("changed bytes", _changed(json.dumps(rows).encode())),
        st.builds(Request, st.just("gRPC Example"), action, _changed(example)),
    )


def judge(status: int, text: bytes) -> str:
    """The status, unless it or the body says that the server failed."""
    if status >= 500:
        raise Broken(f"HTTP {status} {text[:300]!r}")
    try:
        json.loads(text)
    except ValueError as error:
        raise Broken(f"HTTP {status}, no JSON: {text[:300]!r}") from error
    return str(status)


class Prober:
    """Sends requests over kept connections and judges the answers.

    Args:
        target: The server.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._connection: http.client.HTTPConnection | None = None
        self.statuses: Counter[str] = Counter()
        self.slowest = 0.0

    def close(self) -> None:
        """Hangs up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(self, request: Request) -> None:
        """Raises `Broken` if the server fails, is late or does not answer."""
        started = time.perf_counter()
        if request.kind == "gRPC Example":
            status = self._over_grpc(request)
        else:
            status = self._over_rest(request)
        seconds = time.perf_counter() - started
        self.slowest = max(self.slowest, seconds)
        self.statuses[f"{request.kind}: {status}"] += 1
        if seconds > PATIENCE:
            raise Broken(f"answered after {seconds:.1f} s")

    def _over_rest(self, request: Request) -> str:
        if self._connection is None:
            self._connection = self.target.rest.connection()
        path = f"{self.target.path}:{request.action}"
        try:
            self._connection.request("POST", path, request.body)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Broken(f"no answer: {error!r}") from error
        if response.will_close:
            self.close()
        return judge(response.status, text)

    def _over_grpc(self, request: Request) -> str:
        inputs = {EXAMPLES: np.array([request.body], object)}
        try:
            self.target.rpc().predict(EXAMPLE_SIGNATURE, inputs)
        except grpc.RpcError as error:
            found: Any = error
            code = found.code().name
            if code not in REFUSALS:
                raise Broken(f"gRPC {code} {found.details()[:300]}") from error
            return code
        return "OK"


def fuzz(prober: Prober, cases: int, seed: int) -> None:
    """Sends so many made-up requests.

    Raises:
        Broken: If one of them breaks the server; a note holds the smallest found.
    """
    target = prober.target
    before = target.rows(target.clips(2))

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        deadline=None,
        database=None,
        suppress_health_check=(
            hypothesis.HealthCheck.too_slow,
            hypothesis.HealthCheck.data_too_large,
            hypothesis.HealthCheck.large_base_example,
        ),
    )
    @hypothesis.given(requests(target))
    def one(request: Request) -> None:
        prober.send(request)

    try:
        one()
    finally:
        prober.close()
    after = target.rows(target.clips(2))
    if any((before[name] != after[name]).any() for name in before):
        raise Broken("the server answers another way than before")


def main(
    out: Path = ROOT / "build/benchmarks/serving_fuzz.json",
    *,
    cases: int = 10_000,
    seed: int = 0,
) -> int:
    """Fuzzes, prints a table, writes JSON; exit status 0 if the server stands it.

    Args:
        out: JSON file to write.
        cases: Requests to make up.
        seed: Of the requests.
    """
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / MODEL
        push.push(served.make_export(Path(place) / "export", seed=1), base)
        with served.server(base) as running:
            target = look_at(
                RestClient(running.rest), MODEL, grpc=GrpcClient(running.grpc, MODEL)
            )
            started = time.monotonic()
            prober, broken = Prober(target), ""
            try:
                fuzz(prober, cases, seed)
            except Broken as found:
                broken = "\n".join([str(found), *getattr(found, "__notes__", ())])
            took = time.monotonic() - started
    sent = sum(prober.statuses.values())
    result = {
        "cases": sent,
        "seconds": took,
        "slowest": prober.slowest,
        "statuses": dict(sorted(prober.statuses.items())),
        "broken": broken,
        "holds": not broken and sent >= cases,
    }
    atomic.write_json(out, result)
    table = Table("request: status", "times", title=f"{sent} requests in {took:.0f} s")
    for name, count in result["statuses"].items():
        table.add_row(name, str(count))
    Console().print(table)
    Console().print(f"slowest answer: {prober.slowest:.2f} s")
    if broken:
        print(broken)
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
