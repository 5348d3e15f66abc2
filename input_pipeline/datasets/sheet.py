"""Annotation sheets: finding the one file, its header row and its columns."""

import dataclasses
import fnmatch
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.datasets.workbook import SUFFIXES, read_tables
from input_pipeline.file_names import plain, readings
from input_pipeline.findings import Repair

# SAMM has 13 rows of text above its header.
_HEADER_WITHIN = 40


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of an annotation sheet.

    Args:
        number: From 1, as a spreadsheet shows it.
        cells: Text of each column asked for.
    """

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def get(self, column: str) -> str:
        """The cell, empty where the sheet has no such column."""
        return self.cells.get(column, "")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Columns:
    """Which columns a data set's sheet has.

    Args:
        required: Key of a `Row` -> title in the sheet; `filename` is among the keys.
        optional: The same, for columns that only some copies have.
        header_row: Row of the header as released, from 1.
    """

    required: Mapping[str, str]
    optional: Mapping[str, str] = dataclasses.field(default_factory=dict)
    header_row: int = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sheet:
    """What an annotation file says.

    Args:
        rows: Rows of clips, in the order of the file.
        repairs: Where the file is not as released.
    """

    rows: tuple[Row, ...]
    repairs: tuple[Repair, ...] = ()


class NotHereError(InputError):
    """A folder is not the root of the data set that was asked for."""


def is_sheet(path: Path, patterns: Sequence[str]) -> bool:
    """Whether a file is an annotation sheet with one of these names.

    Args:
        path: The file.
        patterns: Names without the ending, with `*`; case, full-width characters and
            the encoding of the name on disk do not matter.
    """
    return path.suffix.lower() in SUFFIXES and any(
        fnmatch.fnmatchcase(plain(name), plain(pattern))
        for name in readings(path.stem)
        for pattern in patterns
    )


def find_sheet(root: Path, dataset: str, patterns: Sequence[str]) -> Path:
    """Finds the one annotation sheet in `root`.

    Args:
        root: Folder of the data set.
        dataset: Its name, for messages.
        patterns: As in `is_sheet`.

    Raises:
        InputError: If `root` is not a folder, or holds none or several such sheets.
    """
    if not root.is_dir():
        raise InputError(f"The root of {dataset} must be a folder. Received: `{root}`.")
    found = [path for path in sorted(root.iterdir()) if is_sheet(path, patterns)]
    if len(found) == 1:
        return found[0]
    kind = InputError if found else NotHereError
    raise kind(
        f"The root of {dataset} must hold one coding sheet named "
        f"`{'` or `'.join(patterns)}` ({', '.join(SUFFIXES)}). Found in `{root}`: "
        f"{', '.join(path.name for path in found) or 'none'}. Keep the one to use."
    )


def read_sheet(path: Path, columns: Columns, dataset: str) -> Sheet:
    """Reads the rows below the header.

    The header is the row with the most of the wanted titles among the first 40 of a
    worksheet. Case, spaces and punctuation of titles do not matter, nor do other
    columns. Rows without a `filename` are notes or blank, and are left out.

    Reads:
        `path`, as `read_tables`; the worksheet with the most of the titles.

    Returns:
        Its rows. A header that is not where the release has it is a repair, and so is
        a worksheet that is not the first.

    Raises:
        InputError: If the file cannot be read, a required column is missing or twice,
            or there is no row.
    """
    tables = read_tables(path)
    titles = {_plain(title) for title in columns.required.values()}

    def score(place: tuple[str, int]) -> int:
        return len(titles & {_plain(cell) for cell in tables[place[0]][place[1]]})

    places = [
        (name, index)
        for name, table in tables.items()
        for index in range(min(len(table), _HEADER_WITHIN))
    ]
    name, index = max(places, key=score, default=(next(iter(tables), ""), 0))
    table = tables.get(name, [])
    header = table[index] if table else []
    columns_at = _columns_at(path, header, columns)
    rows = tuple(
        Row(number, {key: _cell(cells, at) for key, at in columns_at.items()})
        for number, cells in enumerate(table[index + 1 :], start=index + 2)
    )
    rows = tuple(row for row in rows if row["filename"])
    if not rows:
        raise InputError(f"`{path}` has no clip rows.")
    found = {
        "header row moved": (f"row {columns.header_row}", f"row {index + 1}"),
        "another worksheet used": (next(iter(tables)), name),
    }
    repairs = tuple(
        Repair(dataset=dataset, subject="", clip="", rule=rule, old=old, new=new)
        for rule, (old, new) in found.items()
        if old != new
    )
    return Sheet(rows=rows, repairs=repairs)


def _columns_at(path: Path, header: list[str], columns: Columns) -> dict[str, int]:
    places = {key: _places(header, title) for key, title in columns.required.items()}
    missing = [columns.required[key] for key, found in places.items() if not found]
    twice = [columns.required[key] for key, found in places.items() if len(found) > 1]
    if missing or twice:
        raise InputError(
            f"`{path}` must have the columns {', '.join(columns.required.values())}, "
            f"each once. Missing: {', '.join(missing) or 'none'}. "
            f"Repeated: {', '.join(twice) or 'none'}. "
            f"Found: {', '.join(filter(None, header)) or 'none'}. "
            "Restore the titles of the release."
        )
    optional = {key: _places(header, title) for key, title in columns.optional.items()}
    return {key: found[0] for key, found in (places | optional).items() if found}


def _plain(title: str) -> str:
    return re.sub(r"[\W_]", "", plain(title))


def _places(header: list[str], title: str) -> list[int]:
    return [i for i, cell in enumerate(header) if _plain(cell) == _plain(title)]


def _cell(cells: list[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
