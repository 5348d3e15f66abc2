"""MMEW as it comes: a folder an emotion, frames from 1."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from input_pipeline.synthetic.native.casme2 import au_cell
from input_pipeline.synthetic.native.entries import Entry, NativeLayout
from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.native.traps import (
    EQUAL_ROW,
    ON_DISK,
    apex_before_onset,
    cell,
    wrong_offset,
)
from input_pipeline.synthetic.native.workbook import table, workbook
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import shoot

_COLUMNS = {
    "subject": "Subject",
    "filename": "Filename",
    "onset": "OnsetFrame",
    "apex": "ApexFrame",
    "offset": "OffsetFrame",
    "au": "Action Units",
    "emotion": "Estimated Emotion",
    "remarks": "remarks",
}


def _entries(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    return [_entry(clip, index) for index, clip in enumerate(clips)]


def _entry(clip: RenderedClip, index: int) -> Entry:
    plan, subject = clip.plan, f"S{clip.plan.subject:02d}"
    name = f"{subject}-{index % 9 + 1:02d}-{index + 1:03d}"
    emotion = "sadness" if plan.emotion == "repression" else plan.emotion
    shot = shoot(clip, 90.0, 1)
    return Entry(
        shot=shot,
        subject=subject,
        clip=name,
        folder=PurePosixPath("Micro_Expression", emotion, name),
        stem=str,
        cells={
            "subject": subject,
            "filename": name,
            "onset": shot.onset,
            "apex": shot.apex,
            "offset": shot.offset,
            "au": au_cell(plan.action_units),
            "emotion": emotion,
        },
    )


def _sheet(entries: Sequence[Entry]) -> dict[str, bytes]:
    cells = [entry.cells for entry in entries]
    rows = table(list(_COLUMNS.values()), list(_COLUMNS), cells)
    return {"MMEW_Micro_Exp.xlsx": workbook({"Sheet1": rows})}


LAYOUT = NativeLayout(
    dataset="mmew",
    entries=_entries,
    sheet=_sheet,
    traps=(
        cell("missing apex", "apex", None, "no apex annotated"),
        wrong_offset(),
        apex_before_onset(),
        EQUAL_ROW,
        *ON_DISK,
    ),
)
