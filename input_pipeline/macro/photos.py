"""One labelled picture, and all of a data set, whatever it comes from."""

import csv
import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from fgrmer_tf.errors import InputError
from input_pipeline.findings import Repair, Skip
from input_pipeline.text_files import read_text

Split = Literal["train", "validation", "test", ""]
"""Official part of a data set; empty where there is none."""

SUBJECTS = "subjects.csv"
"""Beside a data set that does not say who is seen: `name,subject`, with a header."""

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
"""Endings of picture files, in small letters."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Photo:
    """One picture with its label.

    Args:
        dataset: Short name of the data set.
        name: Unique in the data set.
        subject: Who is seen; empty where nobody knows.
        split: Official part.
        target: `(num_classes,)`, share of each class; sums to 1.
        path: Where the picture, or the table that holds its pixels, is.
        pixels: 48 x 48 grey values of a table, or `None`: `path` is a picture.
        box: `(left, top, width, height)` of the face [px], or `None`: all of it.
        row: Row of the label file, from 1; `None` without one.
    """

    dataset: str
    name: str
    split: Split
    target: tuple[float, ...]
    path: Path
    subject: str = ""
    pixels: bytes | None = None
    box: tuple[int, int, int, int] | None = None
    row: int | None = None

    @property
    def label(self) -> int:
        """Class with the largest share; the first of equal ones."""
        return self.target.index(max(self.target))


@dataclasses.dataclass(frozen=True, kw_only=True)
class PhotoSet:
    """What a loader made of a folder.

    Args:
        photos: Usable as far as labels and names tell, in the order of the data set.
        skipped: Those that are not.
        repairs: What was changed or chosen.
        class_names: All classes, in label order.
    """

    photos: tuple[Photo, ...]
    skipped: tuple[Skip, ...]
    repairs: tuple[Repair, ...]
    class_names: tuple[str, ...]

    @property
    def subjects_known(self) -> bool:
        """Whether every picture says who is seen."""
        return bool(self.photos) and all(photo.subject for photo in self.photos)


class Collected:
    """What a loader has found so far.

    Args:
        dataset: Short name of the data set.
        class_names: All classes, in label order.
    """

    def __init__(self, dataset: str, class_names: tuple[str, ...]):
        self.dataset, self.class_names = dataset, class_names
        self._photos: dict[str, list[Photo]] = {}
        self._skipped: list[Skip] = []
        self._repairs: list[Repair] = []

    def skip(self, name: str, rule: str, detail: str, row: int | None = None) -> None:
        """Leaves a picture out."""
        self._skipped.append(
            Skip(
                dataset=self.dataset,
                subject="",
                clip=name,
                rule=rule,
                detail=detail,
                row=row,
            )
        )

    def repair(self, name: str, rule: str, old: str, new: str) -> None:
        """Records a value that was changed or chosen."""
        self._repairs.append(
            Repair(
                dataset=self.dataset, subject="", clip=name, rule=rule, old=old, new=new
            )
        )

    def add(self, photo: Photo) -> None:
        """Takes a picture in; one that is named twice is settled at the end."""
        self._photos.setdefault(photo.name, []).append(photo)

    def one_hot(self, expression: str) -> tuple[float, ...] | None:
        """The target of one class, or `None` where it is not among the classes."""
        if expression not in self.class_names:
            return None
        return tuple(float(name == expression) for name in self.class_names)

    def photo_set(self, root: Path) -> PhotoSet:
        """Everything, with subjects from `root/subjects.csv` where there is one.

        A name that came with one label is kept once; with two, not at all.

        Raises:
            InputError: If no picture is left, or `subjects.csv` is not as it must be.
        """
        kept = []
        for name, same in self._photos.items():
            if len({photo.target for photo in same}) > 1:
                for photo in same:
                    rows = [other.row for other in same]
                    self.skip(name, "labels disagree", f"rows {rows}", photo.row)
                continue
            kept.append(same[0])
            for photo in same[1:]:
                self.skip(name, "duplicate picture", str(photo.path), photo.row)
        if not kept:
            rules = sorted({skip.rule for skip in self._skipped})
            raise InputError(
                f"`{root}` must hold usable pictures of {self.dataset}. Found none; "
                f"left out: {', '.join(rules) or 'nothing'}. See docs/data.md."
            )
        known = read_subjects(root / SUBJECTS) if (root / SUBJECTS).exists() else {}
        photos = (
            dataclasses.replace(photo, subject=known.get(photo.name, photo.subject))
            for photo in kept
        )
        return PhotoSet(
            photos=tuple(photos),
            skipped=tuple(self._skipped),
            repairs=tuple(self._repairs),
            class_names=self.class_names,
        )


def read_subjects(path: Path) -> dict[str, str]:
    """Reads `subjects.csv`.

    Returns:
        Name of a picture -> who is seen.

    Raises:
        InputError: If it has not the columns `name` and `subject`, or a cell is empty.
    """
    reader = csv.DictReader(read_text(path).splitlines())
    if not {"name", "subject"} <= set(reader.fieldnames or ()):
        raise InputError(
            f"`{path}` must have the columns name, subject. Received: "
            f"{', '.join(reader.fieldnames or ())}."
        )
    rows = [(row["name"], row["subject"]) for row in reader]
    empty = [number for number, row in enumerate(rows, start=2) if not all(row)]
    if empty:
        raise InputError(
            f"`{path}` must name picture and subject in every row. Received: row "
            f"{empty[0]} with an empty cell."
        )
    return dict(rows)


def pictures(folder: Path) -> list[Path]:
    """The picture files of a folder, by name; hidden ones do not count."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and path.name[0] != "."
    )


def first_folder(root: Path, names: Iterable[str]) -> Path | None:
    """The first of these folders below `root` that is there."""
    return next((root / name for name in names if (root / name).is_dir()), None)
