"""Workbooks with bytes that never vary."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import openpyxl

_EPOCH = (1980, 1, 1, 0, 0, 0)


def workbook(sheets: Mapping[str, Iterable[Sequence[Any]]]) -> bytes:
    """An .xlsx file.

    Args:
        sheets: Title -> rows of cells; `None` is an empty cell.
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return _without_dates(written.getvalue())


def _without_dates(data: bytes) -> bytes:
    """The same workbook without the time at which it was written."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"1980-01-01T00:00:00Z", content
                )
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return result.getvalue()


def table(
    titles: Sequence[str | None],
    keys: Sequence[str | None],
    cells: Iterable[Mapping[str, Any]],
    above: Iterable[Sequence[Any]] = (),
) -> list[list[Any]]:
    """Rows of one worksheet: what is above the header, the header, one row a clip.

    Args:
        titles: Of the columns; `None` for a blank one.
        keys: Of the cells, in the same order; `None` for an empty column.
        cells: Of each clip.
        above: Rows of text.
    """
    return [
        *map(list, above),
        list(titles),
        *([row.get(key) if key else None for key in keys] for row in cells),
    ]
