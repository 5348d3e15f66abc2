"""Tiny data-set folders in their native layouts; frames are empty files."""

import csv

import pandas as pd


def write_sheet(path, columns, rows, text_rows=0):
    """A sheet whose header is below `text_rows` rows of text, as .xlsx or .csv."""
    path.parent.mkdir(parents=True, exist_ok=True)
    above = [["For research only", *[""] * (len(columns) - 1)]] * text_rows
    table = [*above, list(columns), *map(list, rows)]
    if path.suffix == ".csv":
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)
    else:
        pd.DataFrame(table).to_excel(path, index=False, header=False)
    return path


def touch(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


def only_skip(manifest):
    assert manifest.samples == ()
    (skip,) = manifest.skipped
    return skip
