"""CASME as it comes: two apexes, and frame numbers padded in two ways."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from input_pipeline.synthetic.native.casme2 import au_cell
from input_pipeline.synthetic.native.entries import (
    Concern,
    Entry,
    NativeLayout,
    Site,
    Trap,
)
from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.native.pictures import Picture
from input_pipeline.synthetic.native.traps import (
    EQUAL_ROW,
    MISSING_FOLDER,
    ON_DISK,
    cell,
    of,
    wrong_offset,
)
from input_pipeline.synthetic.native.workbook import table, workbook
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import shoot

_FOLDERS = {"raw": "", "cropped": "Cropped"}
_TITLES = (
    "Subject",
    "Filename",
    None,
    "OnsetF",
    "ApexF1",
    "ApexF2",
    "OffsetF",
    None,
    "AU",
    "Emotion",
)
_KEYS = (
    "subject",
    "filename",
    None,
    "onset",
    "apex",
    "apex2",
    "offset",
    None,
    "au",
    "emotion",
)


def _entries(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    return [
        _entry(clip, kind, digits=2 if 2 * index < len(clips) else 3)
        for index, clip in enumerate(clips)
    ]


def _entry(clip: RenderedClip, kind: Kind, digits: int) -> Entry:
    plan, subject = clip.plan, f"sub{clip.plan.subject:02d}"
    shot = shoot(clip, 60.0, plan.first % 60 + 1)
    prefix = "reg_" if kind == "cropped" else ""
    return Entry(
        shot=shot,
        subject=subject,
        clip=plan.filename,
        folder=PurePosixPath(_FOLDERS[kind], subject, plan.filename),
        stem=f"{prefix}{plan.filename}-{{:0{digits}d}}".format,
        cells={
            "subject": plan.subject,
            "filename": plan.filename,
            "onset": shot.onset,
            "apex": shot.apex,
            "offset": shot.offset,
            "au": au_cell(plan.action_units),
            "emotion": "tense" if plan.emotion == "others" else plan.emotion,
        },
    )


def _two_apexes(site: Site, entry: Entry) -> list[Concern]:
    entry.cells["apex2"] = entry.shot.offset
    return of(entry)


def _sheet(entries: Sequence[Entry]) -> dict[str, bytes]:
    rows = table(_TITLES, _KEYS, [entry.cells for entry in entries])
    return {"casme.xlsx": workbook({"Sheet1": rows})}


LAYOUT = NativeLayout(
    dataset="casme",
    entries=_entries,
    sheet=_sheet,
    cropped=Picture(cropped=True),
    traps=(
        Trap(
            name="two apexes",
            finding="repair",
            rule="first of two apexes used",
            plant=_two_apexes,
        ),
        wrong_offset(),
        cell(
            "onset of another clip",
            "onset",
            lambda entry: entry.shot.offset + 50,
            "apex before onset",
        ),
        EQUAL_ROW,
        MISSING_FOLDER,
        *ON_DISK,
    ),
)
