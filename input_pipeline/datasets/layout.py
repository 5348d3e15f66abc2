"""Data sets with an annotation sheet: what differs between them, and one loader."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.datasets.clips import Clip, skip, to_manifest
from input_pipeline.datasets.frames import find_folder
from input_pipeline.datasets.sheet import Row, find_sheet, read_rows
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.findings import Repair, Skip
from input_pipeline.records import Manifest


def _by_subject(subject: str, row: Row) -> tuple[str, ...]:
    return subject, row["filename"]


def _no_repairs(subject: str, row: Row) -> tuple[Repair, ...]:
    return ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layout:
    """How one data set is written down.

    Args:
        name: Short name of the data set.
        fps: Frame rate [Hz].
        sheets: Names of the sheet, as in `find_sheet`.
        columns: As in `read_rows`, with at least the keys `subject`, `filename`,
            `onset`, `apex`, `offset`, `au` and, unless `emotion` is given, `emotion`.
        frame_folders: Folders of `root` that may hold the frames, the preferred first;
            `.` is `root` itself.
        subject: Matches a subject's cell whatever the case, its number as group 1.
        subject_format: Turns the number into the subject's name.
        emotion: Emotion of a row.
        clip: Name of a row's clip, unique for the subject.
        folder: Folders below the frame folder, of a subject and row.
        repairs: Choices made for a row.
    """

    name: str
    fps: float
    sheets: tuple[str, ...]
    columns: dict[str, str]
    frame_folders: tuple[str, ...]
    subject: str
    subject_format: str
    emotion: Callable[[Row], str] = lambda row: row["emotion"]
    clip: Callable[[Row], str] = lambda row: row["filename"]
    folder: Callable[[str, Row], tuple[str, ...]] = _by_subject
    repairs: Callable[[str, Row], tuple[Repair, ...]] = _no_repairs


def load_sheet(layout: Layout, root: str | Path) -> Manifest:
    """Reads the sheet and finds each clip's frames. Frames are listed, not decoded.

    Returns:
        Samples in sheet order. Rows that cannot be used are in `skipped`, each with its
        rule, and what was chosen or respelled is in `repairs`.

    Raises:
        InputError: If `root`, the sheet, a column or the frame folder is missing, or
            the sheet has no rows.
    """
    root = Path(root)
    rows = read_rows(find_sheet(root, layout.name, layout.sheets), layout.columns)
    named = [(_subject(layout, row["subject"]), row) for row in rows]
    base = _frame_root(layout, root, named)
    clips = [_clip(layout, base, subject, row) for subject, row in named]
    return to_manifest(clips, _respelled(layout, named))


def _subject(layout: Layout, cell: str) -> str:
    match = re.fullmatch(layout.subject, cell, re.IGNORECASE)
    return layout.subject_format.format(int(match[1])) if match else ""


def _frame_root(layout: Layout, root: Path, named: list[tuple[str, Row]]) -> Path:
    # The folder above a clip: present for a clip that is missing, not in a wrong root.
    places = {layout.folder(subject, row)[:-1] for subject, row in named if subject}
    for name in layout.frame_folders:
        if any(find_folder(root, name, *parts).is_dir() for parts in places):
            return find_folder(root, name)
    raise InputError(
        f"The root of {layout.name} must hold a frame folder named "
        f"`{'` or `'.join(layout.frame_folders)}`, with the folders that the sheet "
        f"names in it. Found none in `{root}`."
    )


def _clip(layout: Layout, base: Path, subject: str, row: Row) -> Clip | Skip:
    try:
        if not subject:
            raise UnusableError("unreadable subject", f"the cell is {row['subject']!r}")
        return Clip(
            dataset=layout.name,
            subject=subject,
            clip=layout.clip(row),
            emotion=layout.emotion(row),
            onset=row["onset"],
            apex=row["apex"],
            offset=row["offset"],
            au=row["au"],
            folder=find_folder(base, *layout.folder(subject, row)),
            fps=layout.fps,
            repairs=layout.repairs(subject, row),
        )
    except UnusableError as error:
        name = subject or row["subject"]
        return skip(layout.name, name, layout.clip(row), error)


def _respelled(layout: Layout, named: list[tuple[str, Row]]) -> list[Repair]:
    spellings: dict[str, dict[str, None]] = {}
    for subject, row in named:
        spellings.setdefault(subject, {})[row["subject"]] = None
    return [
        Repair(
            dataset=layout.name,
            subject=subject,
            clip="",
            rule="subject spelled in several ways",
            old=", ".join(cells),
            new=subject,
        )
        for subject, cells in spellings.items()
        if subject and len(cells) > 1
    ]
