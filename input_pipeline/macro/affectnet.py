"""AffectNet, both releases: one table for all, or four small files a picture."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.macro.expressions import AFFECTNET, class_names
from input_pipeline.macro.names import PhotoReading
from input_pipeline.macro.photos import (
    Collected,
    Photo,
    PhotoSet,
    Split,
    first_folder,
    pictures,
)
from input_pipeline.text_files import read_text

NAME = "affectnet"

_SPLITS: dict[str, Split] = {"training": "train", "validation": "test"}
_PARTS: dict[str, Split] = {"train_set": "train", "val_set": "test"}
_LISTS = ("Manually_Annotated_file_lists", ".")
_IMAGES = ("Manually_Annotated_Images", "Manually_Annotated/Manually_Annotated_Images")
# Columns of the table, which some copies have without a header.
_PATH, _BOX, _EXPRESSION = 0, slice(1, 5), 6
_COLUMNS = 9
_NO_CLASS = {8: "none", 9: "uncertain", 10: "no face"}


def load(root: Path, reading: PhotoReading) -> PhotoSet:
    """Reads AffectNet; its public test set is what it calls validation.

    Reads:
        `train_set` and `val_set` with `images` and `annotations/<name>_exp.npy`; or
        `Manually_Annotated_file_lists/training.csv` and `validation.csv`, of whose
        pictures the face box is cut out.

    Raises:
        InputError: If neither is there, or no picture is usable.
    """
    collected = Collected(NAME, class_names(reading.expressions))
    lists = first_folder(root, _LISTS) or root
    tables = [name for name in _SPLITS if (lists / f"{name}.csv").is_file()]
    if first_folder(root, _PARTS):
        for part, split in _PARTS.items():
            if (root / part).is_dir():
                _read_part(root / part, split, collected)
    elif tables:
        images = first_folder(root, _IMAGES)
        if images is None:
            raise InputError(
                f"AffectNet must have a folder {_IMAGES[0]}. Received: `{root}` "
                "without it. Unpack the pictures there."
            )
        for name in tables:
            _read_table(lists / f"{name}.csv", _SPLITS[name], images, collected)
    else:
        raise InputError(
            "AffectNet must have train_set and val_set, or training.csv and "
            f"validation.csv in {_LISTS[0]}. Received: `{root}` with neither."
        )
    return collected.photo_set(root)


def _read_part(part: Path, split: Split, collected: Collected) -> None:
    for path in pictures(part / "images"):
        annotation = part / "annotations" / f"{path.stem}_exp.npy"
        name = f"{part.name}/{path.stem}"
        if not annotation.is_file():
            collected.skip(name, "missing label", annotation.name)
            continue
        code = _code(annotation)
        if code is None:
            collected.skip(name, "unreadable label", annotation.name)
            continue
        _add(collected, name, split, code, path)
    known = {path.stem for path in pictures(part / "images")}
    for annotation in sorted((part / "annotations").glob("*_exp.npy")):
        stem = annotation.name.removesuffix("_exp.npy")
        if stem not in known:
            collected.skip(f"{part.name}/{stem}", "missing picture", annotation.name)


def _code(path: Path) -> int | None:
    """The number in a file of one, which may be text."""
    try:
        return int(np.load(path, allow_pickle=False).item())
    except (ValueError, OSError, EOFError):
        return None


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    for row, cells in enumerate(csv.reader(read_text(path).splitlines()), start=1):
        header = row == 1 and cells[:1] == ["subDirectory_filePath"]
        if cells and not header:
            yield row, cells


def _read_table(path: Path, split: Split, images: Path, collected: Collected) -> None:
    for row, cells in _rows(path):
        name = cells[_PATH]
        try:
            if len(cells) != _COLUMNS:
                raise ValueError(f"{len(cells)} cells")
            left, top, width, height = (int(float(cell)) for cell in cells[_BOX])
            code = int(cells[_EXPRESSION])
        except ValueError as error:
            collected.skip(name, "malformed row", str(error), row)
            continue
        picture = images / name
        if left < 0 or top < 0 or width <= 0 or height <= 0:
            box = f"{left},{top},{width},{height}"
            rule = "no class" if code in _NO_CLASS else "no face box"
            collected.skip(name, rule, box, row)
        elif not picture.is_file():
            collected.skip(name, "missing picture", name, row)
        else:
            _add(collected, name, split, code, picture, (left, top, width, height), row)


def _add(
    collected: Collected,
    name: str,
    split: Split,
    code: int,
    path: Path,
    box: tuple[int, int, int, int] | None = None,
    row: int | None = None,
) -> None:
    if code in _NO_CLASS:
        collected.skip(name, "no class", f"{code}, {_NO_CLASS[code]}", row)
    elif code not in AFFECTNET:
        collected.skip(name, "unknown label", f"{code}, not 0 to 10", row)
    else:
        target = collected.one_hot(AFFECTNET[code])
        if target is None:
            collected.skip(name, "label outside the protocol", AFFECTNET[code], row)
            return
        collected.add(
            Photo(
                dataset=NAME,
                name=name,
                split=split,
                target=target,
                path=path,
                box=box,
                row=row,
            )
        )
