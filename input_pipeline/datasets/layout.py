"""Data sets with an annotation sheet: what differs between them, and the loader."""

import dataclasses
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from input_pipeline.datasets.clips import Clip, skip, to_manifest
from input_pipeline.datasets.frames import find_folder
from input_pipeline.datasets.names import FrameKind, MissingApex
from input_pipeline.datasets.sheet import (
    Columns,
    NotHereError,
    Row,
    find_sheet,
    read_sheet,
)
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.findings import Repair, Skip
from input_pipeline.label_sets.label_set import DEFAULT, LabelSet, label_set
from input_pipeline.records import Manifest

Parts = tuple[str, ...]

DEFAULT_LABELS = label_set(DEFAULT)
"""The class set that loaders use when none is given."""


def _by_subject(subject: str, row: Row) -> tuple[Parts, ...]:
    return ((subject, row["filename"]),)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FrameFolders:
    """Folders of the root that may hold the frames, the preferred first.

    Args:
        raw: As recorded; `.` is the root itself.
        cropped: Cut out round the face by the authors of the data set.
    """

    raw: tuple[str, ...] = ()
    cropped: tuple[str, ...] = ()

    def names(self, kind: FrameKind) -> tuple[str, ...]:
        """Those of a kind; the root itself comes last."""
        wanted = {
            "raw": self.raw,
            "cropped": self.cropped,
            "any": (*self.raw, *self.cropped),
        }[kind]
        return tuple(sorted(wanted, key=lambda name: name == "."))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layout:
    """How one data set is written down.

    Args:
        name: Short name of the data set.
        fps: Frame rate [Hz].
        sheets: Names of the sheet, as in `find_sheet`.
        columns: Of the sheet, with at least the keys `subject`, `filename`, `onset`,
            `offset` and, where the data set has them, `apex`, `au`, `emotion`,
            `objective` and `first`.
        frames: Where frames are.
        subject: Matches a subject's cell whatever the case, its number as group 1.
        subject_format: Turns the number into the subject's name.
        emotion: Emotion of a row.
        clip: Name of a row's clip, unique for the subject.
        folders: Folders below the frame folder, of a subject and row; the first that
            is there is used.
        repairs: `(rule, old, new)` of choices made for a row.
    """

    name: str
    fps: float
    sheets: tuple[str, ...]
    columns: Columns
    frames: FrameFolders
    subject: str
    subject_format: str
    emotion: Callable[[Row], str] = lambda row: row.get("emotion")
    clip: Callable[[str, Row], str] = lambda subject, row: row["filename"]
    folders: Callable[[str, Row], tuple[Parts, ...]] = _by_subject
    repairs: Callable[[Row], tuple[tuple[str, str, str], ...]] = lambda row: ()

    def load(
        self,
        root: str | Path,
        labels: LabelSet = DEFAULT_LABELS,
        frames: FrameKind = "any",
        missing_apex: MissingApex = "leave-out",
    ) -> Manifest:
        """Reads the sheet and finds each clip's frames, which are not decoded.

        Args:
            root: Folder of the data set.
            labels: Decides the classes.
            frames: Which frames are read.
            missing_apex: What becomes of a clip whose apex is not annotated.

        Returns:
            Samples in sheet order. Rows that cannot be used are in `skipped`, each with
            its rule, and what was chosen or respelled is in `repairs`.

        Raises:
            InputError: If `root`, the sheet, a column or the frame folder is missing,
                or the sheet has no rows.
        """
        root = Path(root)
        path = find_sheet(root, self.name, self.sheets)
        sheet = read_sheet(path, self.columns, self.name)
        named = [(self._subject(row["subject"]), row) for row in sheet.rows]
        base = frame_root(
            root,
            self.name,
            self.frames.names(frames),
            # The folder above a clip is there for a missing clip, not in a wrong root.
            {
                parts[:-1]
                for subject, row in named
                if subject
                for parts in self.folders(subject, row)
            },
        )
        clips = [self._clip(base, subject, row) for subject, row in named]
        repairs = [*sheet.repairs, *respelled(self.name, named)]
        return to_manifest(clips, repairs, labels, missing_apex)

    def _subject(self, cell: str) -> str:
        match = re.fullmatch(self.subject, cell, re.IGNORECASE)
        return self.subject_format.format(int(match[1])) if match else ""

    def _clip(self, base: Path, subject: str, row: Row) -> Clip | Skip:
        clip = row["filename"]
        try:
            if not subject:
                raise UnusableError(
                    "unreadable subject", f"the cell is {row['subject']!r}"
                )
            clip = self.clip(subject, row)
            folders = [find_folder(base, *p) for p in self.folders(subject, row)]
            return Clip(
                dataset=self.name,
                subject=subject,
                clip=clip,
                emotion=self.emotion(row),
                objective=row.get("objective"),
                onset=row["onset"],
                apex=row.cells.get("apex"),
                offset=row["offset"],
                first=row.get("first"),
                au=row.get("au"),
                folder=next((f for f in folders if f.is_dir()), folders[0]),
                fps=self.fps,
                row=row.number,
                repairs=self.repairs(row),
            )
        except UnusableError as error:
            return skip(self.name, subject or row["subject"], clip, error, row.number)


def frame_root(
    root: Path, dataset: str, names: Iterable[str], places: set[Parts]
) -> Path:
    """The first of the folders `names` of `root` that holds one of `places`.

    Raises:
        InputError: If there is none.
    """
    names = tuple(names)
    for name in names:
        base = find_folder(root, *name.split("/"))
        if any(find_folder(base, *parts).is_dir() for parts in places):
            return base
    raise NotHereError(
        f"The root of {dataset} must hold a frame folder named "
        f"`{'` or `'.join(names)}`, with the folders that the sheet names in it. "
        f"Found none in `{root}`."
    )


def respelled(dataset: str, named: Iterable[tuple[str, Row]]) -> list[Repair]:
    """One repair for each subject whose cells are not all spelled alike."""
    spellings: dict[str, dict[str, None]] = {}
    for subject, row in named:
        spellings.setdefault(subject, {})[row["subject"]] = None
    return [
        Repair(
            dataset=dataset,
            subject=subject,
            clip="",
            rule="subject spelled in several ways",
            old=", ".join(cells),
            new=subject,
        )
        for subject, cells in spellings.items()
        if subject and len(cells) > 1
    ]
