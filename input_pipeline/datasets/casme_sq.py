"""CAS(ME)^2, the micro-expressions, from its native folder.

Reads `CAS(ME)^2code_final.xlsx` and `rawpic/s15/15_0101disgustingteeth/img001.jpg` (or
`selectedpic` or `cropped`, where a folder may also have the name that the sheet gives
the clip, as in `s15/disgust1_1` or `15/disgust1_1`). The sheet has no header. Its
subjects and videos are numbers and words of its own; the worksheets `naming rule1` and
`naming rule2` say which folders they are. Of a CSV copy these two must lie beside it as
files of their own.

Source:
    Qu et al., IEEE Transactions on Affective Computing 9(4), 2018; columns and folders
    as public loaders read them (`docs/data.md`). An offset of 0 stands for the apex.
"""

import re
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.datasets.clips import Clip, skip, to_manifest
from input_pipeline.datasets.frame_numbers import frame_number
from input_pipeline.datasets.frames import find_folder
from input_pipeline.datasets.layout import (
    DEFAULT_LABELS,
    FrameFolders,
    frame_root,
    respelled,
)
from input_pipeline.datasets.names import FrameKind, MissingApex
from input_pipeline.datasets.sheet import Row, find_sheet
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.datasets.workbook import Table, read_tables
from input_pipeline.findings import Repair, Skip
from input_pipeline.label_sets.label_set import LabelSet
from input_pipeline.records import Manifest

NAME = "casme-sq"
SHEETS = ("CAS(ME)^2code_final", "CAS(ME)^2code_final(*", "code_final")
FRAMES = FrameFolders(raw=("rawpic", "selectedpic"), cropped=("cropped",))

_FPS = 30.0
# The order of the release; there is no title to find a column by.
_COLUMNS = (
    "subject",
    "filename",
    "onset",
    "apex",
    "offset",
    "au",
    "emotion",
    "type",
    "report",
)
_RULES = ("naming rule1", "naming rule2")
_MICRO = "micro-expression"


def load(
    root: str | Path,
    labels: LabelSet = DEFAULT_LABELS,
    frames: FrameKind = "any",
    missing_apex: MissingApex = "leave-out",
) -> Manifest:
    """Reads CAS(ME)^2.

    Args:
        root: Its folder.
        labels: Decides the classes.
        frames: Which frames are read.
        missing_apex: What becomes of a clip whose apex is not annotated.

    Returns:
        Samples in sheet order. Macro-expressions and rows that cannot be used are in
        `skipped`; an offset of 0, which becomes the apex, is a repair.

    Raises:
        InputError: If `root`, the sheet, a naming rule or the frame folder is missing,
            or the sheet has no rows.
    """
    root = Path(root)
    path = find_sheet(root, NAME, SHEETS)
    table, subjects, videos = _tables(path)
    rows, repairs = _rows(path, table)
    named = [(_subject(subjects, row["subject"]), row) for row in rows]
    places = {(name,) for subject, _ in named for name in _spellings(subject)}
    base = frame_root(root, NAME, FRAMES.names(frames), places)
    clips = [_clip(base, subject, row, videos) for subject, row in named]
    repairs += respelled(NAME, named)
    return to_manifest(clips, repairs, labels, missing_apex)


def _tables(path: Path) -> tuple[Table, dict[str, str], dict[str, str]]:
    """The coding table, number -> subject's folder, word -> video's number."""
    tables = read_tables(path)
    table = next(iter(tables.values()))
    for beside in path.parent.glob("*.[cC][sS][vV]"):
        if any(_names(rule, beside.name) for rule in _RULES):
            tables |= read_tables(beside)
    found = {
        rule: other
        for rule in _RULES
        for name, other in tables.items()
        if _names(rule, name)
    }
    missing = [rule for rule in _RULES if rule not in found]
    if missing:
        raise InputError(
            f"`{path}` must have the worksheets {' and '.join(_RULES)}, or beside a "
            f"CSV copy files with these words in their names. Missing: "
            f"{', '.join(missing)}. Found: {', '.join(tables)}."
        )
    subjects, videos = (found[rule] for rule in _RULES)
    return (
        table,
        {cells[2]: cells[1] or cells[0] for cells in subjects if len(cells) > 2},
        {cells[1].lower(): cells[0].zfill(4) for cells in videos if len(cells) > 1},
    )


def _names(rule: str, title: str) -> bool:
    """Whether a worksheet or file is that naming rule."""
    return rule.replace(" ", "") in re.sub(r"[\W_]", "", title.lower())


def _rows(path: Path, table: Table) -> tuple[list[Row], list[Repair]]:
    numbered = [
        Row(number, dict(zip(_COLUMNS, [*cells, *[""] * len(_COLUMNS)], strict=False)))
        for number, cells in enumerate(table, start=1)
    ]
    start = next(
        (i for i, row in enumerate(numbered) if frame_number(row["onset"]) is not None),
        len(numbered),
    )
    rows = [row for row in numbered[start:] if row["filename"]]
    if not rows:
        raise InputError(
            f"`{path}` has no clip rows: the columns must be {', '.join(_COLUMNS)}, "
            "in this order."
        )
    if not start:
        return rows, []
    moved = Repair(
        dataset=NAME,
        subject="",
        clip="",
        rule="header row moved",
        old="no header",
        new=f"rows start at row {rows[0].number}",
    )
    return rows, [moved]


def _subject(subjects: dict[str, str], cell: str) -> str:
    match = re.search(
        r"(\d+)(?:\.0)?$", subjects.get(cell, cell if "s" in cell else "")
    )
    return f"s{int(match[1]):02d}" if match else ""


def _clip(base: Path, subject: str, row: Row, videos: dict[str, str]) -> Clip | Skip:
    try:
        if not subject:
            raise UnusableError(
                "unreadable subject", f"{row['subject']!r} is not in {_RULES[0]}"
            )
        if row["type"].lower() != _MICRO:
            raise UnusableError(
                "not a micro-expression", f"the type is {row['type']!r}"
            )
        offset, repairs = row["offset"], ()
        if frame_number(offset) == 0:
            repairs = (("offset set to the apex", offset, row["apex"]),)
            offset = row["apex"]
        return Clip(
            dataset=NAME,
            subject=subject,
            clip=row["filename"],
            emotion=row["emotion"],
            onset=row["onset"],
            apex=row["apex"],
            offset=offset,
            au=row["au"],
            folder=_folder(base, subject, row["filename"], videos),
            fps=_FPS,
            row=row.number,
            repairs=repairs,
        )
    except UnusableError as error:
        name = subject or row["subject"]
        return skip(NAME, name, row["filename"], error, row.number)


def _folder(base: Path, subject: str, clip: str, videos: dict[str, str]) -> Path:
    """The video's folder, or the clip's own."""
    asked = [find_folder(base, name) for name in _spellings(subject)]
    home = next((folder for folder in asked if folder.is_dir()), asked[0])
    own = find_folder(home, clip)
    if own.is_dir():
        return own
    word = clip.rpartition("_")[0] or clip
    code = videos.get(word.lower())
    if code is None:
        raise UnusableError("unknown video", f"{word!r} is not in {_RULES[1]}")
    prefix = f"{subject.removeprefix('s')}_{code}"
    found = sorted(home.glob(f"{prefix}*"))
    return found[0] if found else home / prefix


def _spellings(subject: str) -> tuple[str, ...]:
    """Folder names of a subject: `s15`, `15`; none of a subject that is not known."""
    return (subject, subject.removeprefix("s")) if subject else ()
