"""Annotation sheets: finding the one file, its header row and its columns."""

import csv
import fnmatch
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from fgrmer_tf.errors import InputError

Row = dict[str, str]

_SUFFIXES = (".xlsx", ".xls", ".csv")
# SAMM has 13 rows of text above its header.
_HEADER_WITHIN = 40
# A sheet saved as CSV by a Chinese Excel is GBK; GB 18030 contains it.
_ENCODINGS = ("utf-8-sig", "gb18030")


def find_sheet(root: Path, dataset: str, patterns: Sequence[str]) -> Path:
    """Finds the one annotation sheet in `root`.

    Args:
        root: Folder of the data set.
        dataset: Its name, for messages.
        patterns: File names without the ending, with `*`; case does not matter.

    Raises:
        InputError: If `root` is not a folder, or holds none or several such sheets.
    """
    if not root.is_dir():
        raise InputError(f"The root of {dataset} must be a folder. Received: `{root}`.")
    found = [
        path
        for path in sorted(root.iterdir())
        if path.suffix.lower() in _SUFFIXES
        and any(fnmatch.fnmatch(path.stem.lower(), p.lower()) for p in patterns)
    ]
    if len(found) != 1:
        raise InputError(
            f"The root of {dataset} must hold one coding sheet named "
            f"`{'` or `'.join(patterns)}` ({', '.join(_SUFFIXES)}). Found in `{root}`: "
            f"{', '.join(path.name for path in found) or 'none'}. Keep the one to use."
        )
    return found[0]


def read_rows(path: Path, columns: Mapping[str, str]) -> list[Row]:
    """Reads the rows below the header as stripped text.

    The header is the row with the most of the wanted titles among the first 40. Case,
    spaces and punctuation of titles do not matter, nor do other columns. Rows without
    a `filename` are notes or blank, and are left out.

    Reads:
        `path`, first worksheet; a CSV is separated by commas, UTF-8 or GB 18030.

    Args:
        path: The sheet.
        columns: Key of the result -> title in the sheet; `filename` is among the keys.

    Raises:
        InputError: If the file cannot be read, a package to read it is missing, a
            column is missing or twice, or there is no row.
    """
    table = [[cell.strip() for cell in cells] for cells in _cells(path)]
    wanted = {_plain(title) for title in columns.values()}
    header = max(
        table[:_HEADER_WITHIN],
        key=lambda cells: len(wanted & {_plain(cell) for cell in cells}),
        default=[],
    )
    places = {key: _places(header, title) for key, title in columns.items()}
    missing = [columns[key] for key, found in places.items() if not found]
    twice = [columns[key] for key, found in places.items() if len(found) > 1]
    if missing or twice:
        raise InputError(
            f"`{path}` must have the columns {', '.join(columns.values())}, each once. "
            f"Missing: {', '.join(missing) or 'none'}. "
            f"Repeated: {', '.join(twice) or 'none'}. "
            f"Found: {', '.join(filter(None, header)) or 'none'}."
        )
    rows = [
        {key: _cell(cells, place) for key, (place,) in places.items()}
        for cells in table[table.index(header) + 1 :]
    ]
    rows = [row for row in rows if row["filename"]]
    if not rows:
        raise InputError(f"`{path}` has no clip rows.")
    return rows


def _cells(path: Path) -> list[list[str]]:
    if path.suffix.lower() == ".csv":
        try:
            return list(csv.reader(io.StringIO(_text(path), newline="")))
        except csv.Error as error:
            raise InputError(f"`{path}` cannot be read: {error}.") from error
    try:
        table = pd.read_excel(path, header=None, dtype=str, keep_default_na=False)
    except ImportError as error:
        raise InputError(
            f"`{path}` cannot be read: a package is missing ({error}). For .xls "
            "install xlrd (`pip install xlrd`), or save the sheet as .xlsx or .csv."
        ) from error
    except Exception as error:  # openpyxl raises many kinds for a damaged file
        raise InputError(f"`{path}` cannot be read: {error}.") from error
    return [[str(cell) for cell in cells] for cells in table.itertuples(index=False)]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"`{path}` cannot be read: {error}.") from error
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"`{path}` cannot be read: neither UTF-8 nor GB 18030 text.")


def _plain(title: str) -> str:
    return re.sub(r"[\W_]", "", title).lower()


def _places(header: list[str], title: str) -> list[int]:
    return [i for i, cell in enumerate(header) if _plain(cell) == _plain(title)]


def _cell(cells: list[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
