"""FERPlus: votes of ten taggers on the pictures of FER2013."""

import csv
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.macro.expressions import class_names
from input_pipeline.macro.ferplus_votes import VOTES, shares
from input_pipeline.macro.names import PhotoReading
from input_pipeline.macro.photos import Collected, Photo, PhotoSet, Split
from input_pipeline.text_files import read_text

NAME = "ferplus"
SIDE = 48
"""Side of a picture of FER2013 [px]."""

_VOTES_FILE, _PIXELS_FILE, _LABELS = "fer2013new.csv", "fer2013.csv", "label.csv"
USAGES: dict[str, tuple[str, Split]] = {
    "Training": ("FER2013Train", "train"),
    "PublicTest": ("FER2013Valid", "validation"),
    "PrivateTest": ("FER2013Test", "test"),
}
"""Usage in the tables -> folder and split."""


@dataclasses.dataclass(frozen=True)
class _Entry:
    usage: str
    name: str
    votes: Sequence[str]
    row: int


def load(root: Path, reading: PhotoReading) -> PhotoSet:
    """Reads FERPlus with the official cleaning.

    Reads:
        `fer2013new.csv`, or `label.csv` in each of the folders `FER2013Train`,
        `FER2013Valid` and `FER2013Test`. Pictures from those folders; without them,
        from the pixels of `fer2013.csv`, which has the same rows.

    Raises:
        InputError: If there are no votes or no pictures, a table has not the columns or
            rows that it must have, or no picture is usable.
    """
    collected = Collected(NAME, class_names(reading.expressions))
    folders = any((root / folder).is_dir() for folder, _ in USAGES.values())
    entries = list(_entries(root))
    pixels = [] if folders else _pixels(root, len(entries))
    for place, entry in enumerate(entries):
        if not entry.name:
            collected.skip("", "not a face", "no name in the table", entry.row)
            continue
        target = _target(entry, reading, collected)
        if target is None:
            continue
        folder, split = USAGES[entry.usage]
        path = root / folder / entry.name if folders else root / _PIXELS_FILE
        if not path.is_file():
            collected.skip(entry.name, "missing picture", str(path), entry.row)
            continue
        data = None
        if not folders:
            data = _decoded(pixels[place], entry, collected)
            if data is None:
                continue
        collected.add(
            Photo(
                dataset=NAME,
                name=Path(entry.name).stem,
                split=split,
                target=target,
                path=path,
                pixels=data,
                row=entry.row,
            )
        )
    return collected.photo_set(root)


def _entries(root: Path) -> Iterator[_Entry]:
    table = root / _VOTES_FILE
    if table.is_file():
        lines = list(csv.reader(read_text(table).splitlines()))
        wanted = ("Usage", "Image name", *VOTES)
        if not lines or tuple(cell.strip() for cell in lines[0]) != wanted:
            raise InputError(
                f"`{table}` must have the columns {', '.join(wanted)}. Received: "
                f"{', '.join(lines[0]) if lines else 'an empty file'}."
            )
        for row, cells in enumerate(lines[1:], start=2):
            usage = cells[0].strip() if cells else ""
            if usage not in USAGES:
                raise InputError(
                    f"`{table}` must name {', '.join(USAGES)} in every row. Received: "
                    f"{usage!r} in row {row}. Copy the file again."
                )
            yield _Entry(usage, cells[1].strip() if cells[1:] else "", cells[2:], row)
        return
    found = False
    for usage, (folder, _) in USAGES.items():
        path = root / folder / _LABELS
        if path.is_file():
            found = True
            lines = csv.reader(read_text(path).splitlines())
            for row, cells in enumerate(lines, start=1):
                yield _Entry(usage, cells[0].strip() if cells else "", cells[2:], row)
    if not found:
        raise InputError(
            f"FERPlus must have {_VOTES_FILE}, or {_LABELS} in its folders. Received: "
            f"`{root}` with neither."
        )


def _target(
    entry: _Entry, reading: PhotoReading, collected: Collected
) -> tuple[float, ...] | None:
    name, row = Path(entry.name).stem, entry.row
    if len(entry.votes) != len(VOTES) or not all(
        cell.strip().isdigit() for cell in entry.votes
    ):
        collected.skip(name, "unreadable votes", ",".join(entry.votes), row)
        return None
    found = shares([int(cell) for cell in entry.votes], reading.votes)
    if isinstance(found, str):
        collected.skip(name, found, ",".join(entry.votes), row)
        return None
    inside = {key: found[key] for key in found if key in collected.class_names}
    if sum(inside.values()) <= 0.5:
        outside = ", ".join(key for key in found if key not in inside)
        collected.skip(name, "label outside the protocol", outside, row)
        return None
    whole = sum(inside.values())
    return tuple(inside.get(key, 0.0) / whole for key in collected.class_names)


def _pixels(root: Path, rows: int) -> list[str]:
    path = root / _PIXELS_FILE
    if not path.is_file():
        raise InputError(
            f"FERPlus must have the folders of FER2013, or {_PIXELS_FILE}. Received: "
            f"`{root}` with neither. The pictures are FER2013's, by its own terms."
        )
    reader = csv.DictReader(read_text(path).splitlines())
    if "pixels" not in (reader.fieldnames or ()):
        raise InputError(
            f"`{path}` must have the column pixels. Received: {reader.fieldnames}."
        )
    pixels = [cells["pixels"] or "" for cells in reader]
    if len(pixels) != rows:
        raise InputError(
            f"`{path}` must have the rows of {_VOTES_FILE}, in their order. Received: "
            f"{len(pixels)} rows and {rows}. Copy both again."
        )
    return pixels


def _decoded(text: str, entry: _Entry, collected: Collected) -> bytes | None:
    try:
        values = bytes(int(cell) for cell in text.split())
    except ValueError:
        values = b""
    if len(values) == SIDE * SIDE:
        return values
    stem = Path(entry.name).stem
    collected.skip(stem, "unreadable pixels", f"not {SIDE} x {SIDE} bytes", entry.row)
    return None
