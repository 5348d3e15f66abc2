"""Annotation files as tables of text: .xlsx, .xls of Excel 97, and .csv."""

import csv
import io
from pathlib import Path

import pandas as pd

from fgrmer_tf.errors import InputError
from input_pipeline.text_files import read_text

Table = list[list[str]]

SUFFIXES = (".xlsx", ".xls", ".csv")


def read_tables(path: Path) -> dict[str, Table]:
    """Reads every worksheet, cell by cell, as stripped text.

    Reads:
        `path`; a CSV is separated by commas, UTF-8 or GB 18030.

    Returns:
        Title -> rows from the first of the sheet, blank ones included; the one table
        of a CSV has its file name as the title.

    Raises:
        InputError: If the file cannot be read.
    """
    if path.suffix.lower() == ".csv":
        try:
            rows = list(csv.reader(io.StringIO(read_text(path), newline="")))
        except csv.Error as error:
            raise InputError(f"`{path}` cannot be read: {error}.") from error
        return {path.name: _stripped(rows)}
    try:
        # Reads both formats of Excel; pandas deprecates xlrd, its older way to .xls.
        sheets = pd.read_excel(
            path,
            sheet_name=None,
            header=None,
            dtype=str,
            keep_default_na=False,
            engine="calamine",
        )
    except Exception as error:  # several kinds for a damaged file
        raise InputError(
            f"`{path}` cannot be read: {error}. Save the sheet again, as .xlsx or .csv."
        ) from error
    return {
        str(title): _stripped(sheet.itertuples(index=False))
        for title, sheet in sheets.items()
    }


def _stripped(rows) -> Table:
    return [[str(cell).strip() for cell in cells] for cells in rows]
