"""Clips that were left out: which, by which rule, and the detail for a person."""

import collections
import csv
import dataclasses
import io
from collections.abc import Iterable
from pathlib import Path

from fgrmer_tf import atomic

_FILE = "skipped.csv"


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


_COLUMNS = [field.name for field in dataclasses.fields(Skip)]


def count_rules(skipped: Iterable[Skip]) -> dict[str, int]:
    """How often each rule left a clip out, most frequent first."""
    return dict(collections.Counter(skip.rule for skip in skipped).most_common())


def write_skips(folder: Path, skipped: Iterable[Skip]) -> None:
    """Writes `folder/skipped.csv`, UTF-8, a header and a row a skip."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(dataclasses.asdict(skip) for skip in skipped)
    atomic.write_text(folder / _FILE, text.getvalue())


def read_skips(folder: Path) -> tuple[Skip, ...]:
    """Reads `folder/skipped.csv`; a store made from a table has none."""
    path = folder / _FILE
    if not path.is_file():
        return ()
    with open(path, encoding="utf-8", newline="") as file:
        return tuple(Skip(**row) for row in csv.DictReader(file))
