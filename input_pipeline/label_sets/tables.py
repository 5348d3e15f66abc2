"""The protocol tables: CSV files in `data`, each with its source in lines of `#`."""

import csv
import functools
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"

Row = dict[str, str]


@functools.cache
def rows(name: str) -> tuple[Row, ...]:
    """The rows of a table.

    Reads:
        `data/<name>.csv`, UTF-8; lines that begin with `#` say where it comes from.
    """
    with open(_FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return tuple(csv.DictReader(lines))
