"""What came up on the way: clips that were left out, values that were repaired."""

import collections
import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fgrmer_tf import atomic
from input_pipeline.file_names import show

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
        row: Row of the annotation sheet, from 1 as a spreadsheet shows it; `None` where
            there is no sheet.
    """

    dataset: str
    subject: str
    clip: str
    rule: str
    detail: str
    row: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Repair:
    """A value that a loader changed or chose, so that no one is surprised by it.

    Args:
        dataset: As in `Sample`, like `subject` and `clip`.
        subject: See above; empty where it concerns the whole data set.
        clip: See above; empty where it concerns every clip of the subject.
        rule: Short and countable, such as `apex set to the middle frame`.
        old: What the data set says; empty where it says nothing.
        new: What is used.
        row: As in `Skip`.
    """

    dataset: str
    subject: str
    clip: str
    rule: str
    old: str
    new: str
    row: int | None = None


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
        for one in found:
            cells = dataclasses.asdict(one).items()
            writer.writerow(
                {key: show(v) if isinstance(v, str) else v for key, v in cells}
            )
        atomic.write_text(folder / name, text.getvalue())


def read_skips(folder: Path) -> tuple[Skip, ...]:
    """Reads `folder/skipped.csv`; a store made from a table has none."""
    return tuple(Skip(**cells) for cells in _read(folder / _SKIPPED))


def read_repairs(folder: Path) -> tuple[Repair, ...]:
    """Reads `folder/repairs.csv`; a store made from a table has none."""
    return tuple(Repair(**cells) for cells in _read(folder / _REPAIRED))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    with open(path, encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file):
            yield {**cells, "row": int(cells["row"]) if cells.get("row") else None}
