"""One request and the status it must get, and how such requests are written."""

import base64
import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from export.conformance.check import Mismatch, require
from export.conformance.target import Target
from export.signature import (
    CARD_SIGNATURE,
    EXAMPLE_SIGNATURE,
    TENSOR_SIGNATURE,
)

OK, BAD, NOT_FOUND = 200, 400, 404
_TRIES = 3
"""Times that a request is sent at most when its answer comes late: the fastest says
what it takes, the others what else the machine did."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """One request.

    Args:
        name: What is special about it.
        body: Bytes as they are, or a value that is sent as JSON.
        status: Statuses that are right.
        says: What the error message must hold, in lower case.
        path: Where it goes, after the model's path; a path of its own with a slash.
        method: HTTP method.
        seconds: Time that the answer may take; asked again if it took longer.
    """

    name: str
    body: Any = None
    status: tuple[int, ...] = (BAD,)
    says: str = ""
    path: str = ":predict"
    method: str = "POST"
    seconds: float = 60.0


def b64(data: bytes) -> dict[str, str]:
    """Bytes as REST takes them."""
    return {"b64": base64.b64encode(data).decode("ascii")}


def ask(target: Target, cases: Iterable[Case]) -> str:
    """Sends every case.

    Raises:
        Mismatch: If a status or message is wrong, or an answer comes late.
    """
    cases = tuple(cases)
    for case in cases:
        path = case.path if case.path.startswith("/") else target.path + case.path
        body = case.body
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode("utf-8")
        try:
            for _ in range(_TRIES):
                answer = target.rest.send(case.method, path, body)
                if answer.seconds <= case.seconds:
                    break
        except OSError as error:
            raise Mismatch(f"{case.name}: no answer, {error}") from error
        seen = f"{case.name}: HTTP {answer.status} {str(answer.body)[:160]}"
        require(answer.status in case.status, seen)
        if answer.status == BAD:
            require(answer.error, f"{seen}, which is not {{'error': message}}")
        require(case.says in answer.error.lower(), f"{seen}, without {case.says!r}")
        require(answer.seconds <= case.seconds, f"{seen} after {answer.seconds:.2f} s")
    return f"{len(cases)} requests"


def tensors(**given: Any) -> dict[str, Any]:
    """A request to `patches`."""
    return {"signature_name": TENSOR_SIGNATURE, **given}


def fields(**given: Any) -> dict[str, Any]:
    """A request to `card`."""
    return {"signature_name": CARD_SIGNATURE, **given}


def examples(*values: Any) -> dict[str, Any]:
    """A request to `serving_default`, in row form."""
    return {"signature_name": EXAMPLE_SIGNATURE, "instances": list(values)}


def with_number(text: str, clip: list) -> bytes:
    """A row-form body whose first number is `text`, as JSON or not."""
    body = json.dumps(tensors(instances=[clip]))
    first = json.dumps(clip[0][0][0][0])
    return body.replace(first, text, 1).encode("utf-8")


def as_json(value: Any) -> bytes:
    """JSON as it is sent."""
    return json.dumps(value).encode("utf-8")
