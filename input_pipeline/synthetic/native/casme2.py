"""CASME II as it comes."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from input_pipeline.synthetic.native.entries import Entry, NativeLayout
from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.native.pictures import Picture
from input_pipeline.synthetic.native.traps import (
    DIFFERING_ROW,
    EQUAL_ROW,
    MISSING_FOLDER,
    ON_DISK,
    UNCERTAIN_AU,
    apex_before_onset,
    cell,
    respelled_subject,
    wrong_offset,
)
from input_pipeline.synthetic.native.workbook import table, workbook
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import shoot

_FOLDERS = {"raw": "CASME2_RAW_selected", "cropped": "Cropped"}
_STEMS = {"raw": "img{}", "cropped": "reg_img{}"}
_TITLES = (
    "Subject",
    "Filename",
    None,
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    None,
    "Action Units",
    "Estimated Emotion",
)
_KEYS = (
    "subject",
    "filename",
    None,
    "onset",
    "apex",
    "offset",
    None,
    "au",
    "emotion",
)


def au_cell(units: str) -> int | str:
    """A lone unit is a number, as one who types `12` leaves it; the rest is text."""
    return int(units) if units.isdecimal() else units


def _entries(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    return [_entry(clip, kind) for clip in clips]


def _entry(clip: RenderedClip, kind: Kind) -> Entry:
    plan, subject = clip.plan, f"sub{clip.plan.subject:02d}"
    shot = shoot(clip, 200.0, plan.first)
    return Entry(
        shot=shot,
        subject=subject,
        clip=plan.filename,
        folder=PurePosixPath(_FOLDERS[kind], subject, plan.filename),
        stem=_STEMS[kind].format,
        cells={
            "subject": plan.subject,
            "filename": plan.filename,
            "onset": shot.onset,
            "apex": shot.apex,
            "offset": shot.offset,
            "au": au_cell(plan.action_units),
            "emotion": plan.emotion,
        },
    )


def _sheet(entries: Sequence[Entry]) -> dict[str, bytes]:
    rows = table(_TITLES, _KEYS, [entry.cells for entry in entries])
    return {"CASME2-coding-20140508.xlsx": workbook({"Sheet1": rows})}


LAYOUT = NativeLayout(
    dataset="casme2",
    entries=_entries,
    sheet=_sheet,
    cropped=Picture(cropped=True),
    traps=(
        cell("missing apex", "apex", "/", "no apex annotated"),
        wrong_offset(),
        apex_before_onset(),
        EQUAL_ROW,
        DIFFERING_ROW,
        respelled_subject("subject", lambda entry: entry.subject),
        cell("uncertain action units", "au", "?", UNCERTAIN_AU, "repair"),
        MISSING_FOLDER,
        *ON_DISK,
    ),
)
