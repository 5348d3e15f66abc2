"""One row of the conformance table: what is asked, and how it came out."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from export.conformance.target import Target

Need = Literal["grpc", "folder", "push", "hostile", "frames"]
Outcome = Literal["pass", "fail", "not checked", "not applicable"]
REASONS: dict[Need, str] = {
    "grpc": "no gRPC address was given",
    "folder": "the folder of the model's versions was not given",
    "push": "pushing to that folder was not allowed",
    "frames": "the model takes no frames: its motion is another than `magnet`",
    "hostile": "harmful requests were not allowed; they can end a server",
}


class Mismatch(Exception):  # noqa: N818 (a finding about the server, not an error)
    """The server did not answer as it must; the text says what it did."""


def require(holds: object, seen: str) -> None:
    """Raises `Mismatch` with what was `seen`, unless it `holds`."""
    if not holds:
        raise Mismatch(seen)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """A row of the table.

    Args:
        row: Table and number, such as `A4`.
        title: What the row is about.
        run: Asks the server; gives what was seen, raises `Mismatch` when that is wrong.
            `None` for a row that no server of these models can be asked.
        needs: What must be given or allowed for it.
        reason: Why `run` is `None`.
    """

    row: str
    title: str
    run: Callable[[Target], str] | None = None
    needs: tuple[Need, ...] = ()
    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Result:
    """How a row came out.

    Args:
        row: Table and number.
        title: What the row is about.
        outcome: Whether the server passed, or why nobody knows.
        seen: What was seen, or the reason.
        seconds: Time it took.
    """

    row: str
    title: str
    outcome: Outcome
    seen: str
    seconds: float


def run(checks: Iterable[Check], target: Target) -> Iterator[Result]:
    """Asks the server row by row; a row that fails does not stop the next."""
    for check in checks:
        started = time.perf_counter()
        outcome, seen = _outcome(check, target)
        yield Result(
            row=check.row,
            title=check.title,
            outcome=outcome,
            seen=seen,
            seconds=time.perf_counter() - started,
        )


def _outcome(check: Check, target: Target) -> tuple[Outcome, str]:
    if check.run is None:
        return "not applicable", check.reason
    for need in check.needs:
        if need not in target.offers:
            return "not checked", REASONS[need]
    try:
        return "pass", check.run(target)
    except Mismatch as mismatch:
        return "fail", str(mismatch)
    except Exception as error:
        # A server that hangs up or answers nonsense can raise anything here, and the
        # rest of the table must still be asked.
        return "fail", f"{type(error).__name__}: {error}"
