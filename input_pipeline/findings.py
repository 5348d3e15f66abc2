"""What came up on the way: clips that were left out, values that were repaired."""

import collections
import csv
import dataclasses
import io
from collections.abc import Iterable
from pathlib import Path

from fgrmer_tf import atomic

_SKIPPED, _REPAIRED = "skipped.csv", "repairs.csv"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Skip:
    """A clip that was left out.

    Args:
        dataset: As in `Sample`, like `subject` and `clip`.
        subject: See above.
        clip: See above.
        rule: Short and countable, such as `missing frame`.
        detail: The value that broke the rule.
    """

    dataset: str
    subject: str
    clip: str
    rule: str
    detail: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Repair:
    """A value that a loader changed or chose, so that no one is surprised by it.

    Args:
        dataset: As in `Sample`, like `subject` and `clip`.
        subject: See above.
        clip: See above; empty where it concerns every clip of the subject.
        rule: Short and countable, such as `apex set to the middle frame`.
        old: What the data set says; empty where it says nothing.
        new: What is used.
    """

    dataset: str
    subject: str
    clip: str
    rule: str
    old: str
    new: str


def count_rules(found: Iterable[Skip] | Iterable[Repair]) -> dict[str, int]:
    """How often each rule came up, most frequent first."""
    return dict(collections.Counter(one.rule for one in found).most_common())


def write_findings(
    folder: Path, skipped: Iterable[Skip], repairs: Iterable[Repair]
) -> None:
    """Writes `skipped.csv` and `repairs.csv`, UTF-8, a header and a row each."""
    for name, kind, found in (
        (_SKIPPED, Skip, skipped),
        (_REPAIRED, Repair, repairs),
    ):
        columns = [field.name for field in dataclasses.fields(kind)]
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(dataclasses.asdict(one) for one in found)
        atomic.write_text(folder / name, text.getvalue())


def read_skips(folder: Path) -> tuple[Skip, ...]:
    """Reads `folder/skipped.csv`; a store made from a table has none."""
    path = folder / _SKIPPED
    if not path.is_file():
        return ()
    with open(path, encoding="utf-8", newline="") as file:
        return tuple(Skip(**row) for row in csv.DictReader(file))
