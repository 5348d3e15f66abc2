"""Rows that a weak server does not survive; the last request of each must be answered.

TensorFlow Serving itself needs a proxy before it for these.
"""

import gzip
import socket
import time

from export.conformance.check import Mismatch, require
from export.conformance.rest_client import Answer
from export.conformance.target import Target
from export.signature import TENSOR_SIGNATURE

_DEPTH = 50_000
_INFLATED = 200 * 2**20
_HALF_OPEN = 16
_AT_ONCE = 5.0
"""Seconds in which others must be answered while a few connections stand still."""


def _alive(target: Target, after: str) -> None:
    started = time.perf_counter()
    try:
        answer = target.rest.get(target.path)
    except OSError as error:
        raise Mismatch(f"after {after} the server is gone: {error}") from error
    require(answer.status == 200, f"after {after}: HTTP {answer.status}")
    seconds = time.perf_counter() - started
    require(seconds < _AT_ONCE, f"after {after} others wait {seconds:.1f} s")


def _post(target: Target, body: bytes, **headers: str) -> Answer | None:
    """The answer, or `None` when the server hung up, as it may on a body too large."""
    try:
        return target.rest.send("POST", f"{target.path}:predict", body, headers)
    except OSError:
        return None


def deep_nesting(target: Target) -> str:
    """B23: refused without recursing into it."""
    for name, body in {
        "lists": b'{"instances": ' + b"[" * _DEPTH + b"]" * _DEPTH + b"}",
        "objects": b'{"instances": ' + b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH + b"}",
    }.items():
        answer = _post(target, body)
        _alive(target, f"{_DEPTH} nested {name}")
        seen = "no answer" if answer is None else f"HTTP {answer.status}"
        require(answer and answer.status in (400, 413), f"nested {name}: {seen}")
    return f"{_DEPTH} levels refused"


def large_bodies(target: Target) -> str:
    """B24: what is too large, or inflates to it, is refused with 413."""
    start = b'{"signature_name": "%s", "instances": [' % TENSOR_SIGNATURE.encode()
    body = start + b" " * (_INFLATED - len(start))
    packed = gzip.compress(body, 9)
    for name, answer in {
        "gzip bomb": _post(target, packed, **{"Content-Encoding": "gzip"}),
        "large body": _post(target, body),
    }.items():
        _alive(target, name)
        # Hanging up in the middle of an upload is a refusal too.
        hung_up = answer is None and name == "large body"
        seen = "no answer" if answer is None else f"HTTP {answer.status}"
        require(hung_up or (answer and answer.status == 413), f"{name}: {seen}")
    return f"{len(packed):,} bytes that inflate to {_INFLATED:,}: refused"


def slow_clients(target: Target) -> str:
    """B25: connections that stand still, and a huge header, hold up nobody else."""
    client = target.rest
    start = f"POST {target.path}:predict HTTP/1.1\r\nHost: {client.host}\r\n".encode()
    sockets = []
    try:
        for _ in range(_HALF_OPEN):
            for sent in (start, start + b"Content-Length: 1000\r\n\r\n{", b""):
                opened = socket.create_connection((client.host, client.port), 10)
                sockets.append(opened)
                opened.sendall(sent)
        half = socket.create_connection((client.host, client.port), 10)
        sockets.append(half)
        half.sendall(start)
        half.shutdown(socket.SHUT_WR)
        _alive(target, f"{len(sockets)} idle connections")
        try:
            answer = client.send("GET", target.path, None, {"X-Long": "x" * 2**20})
            require(answer.status in (400, 413, 431), f"header: HTTP {answer.status}")
        except OSError:
            pass  # Hung up on: refused.
        _alive(target, "a header of 1 MiB")
    finally:
        for opened in sockets:
            opened.close()
    return f"{len(sockets)} idle connections; others answered"
