"""SMIC's long release as it comes: a sheet, and frames around the motion."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from input_pipeline.synthetic.native.entries import (
    Concern,
    Entry,
    NativeLayout,
    Site,
    Trap,
)
from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.native.smic import FIRST, SHORT, named
from input_pipeline.synthetic.native.traps import (
    EMPTY_FILE,
    EQUAL_ROW,
    FRAME_TWICE,
    FROZEN,
    GAP,
    MISSING_FOLDER,
    MISSING_OFFSET,
    TRUNCATED_FILE,
    cell,
    of,
)
from input_pipeline.synthetic.native.workbook import table, workbook
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import shoot

_COLUMNS = {
    None: None,
    "subject": "Subject",
    "filename": "Filename",
    "first": "FirstF",
    "onset": "OnsetF",
    "offset": "OffsetF",
    "emotion": "Emotion",
}


def _long_entries(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    made = []
    for clip, label, count in named(clips):
        subject = f"s{clip.plan.subject:02d}"
        name = f"s{clip.plan.subject}_{SHORT[label]}_{count:02d}"
        shot = shoot(clip, 100.0, FIRST + clip.plan.first)
        made.append(
            Entry(
                shot=shot,
                subject=subject,
                clip=f"{subject}_{SHORT[label]}_{count:02d}",
                folder=PurePosixPath("SMIC-HS-E", subject, name),
                stem="image{:06d}".format,
                cells={
                    "subject": clip.plan.subject,
                    "filename": name,
                    "first": min(shot.frames),
                    "onset": shot.onset,
                    "offset": shot.offset,
                    "emotion": label,
                },
            )
        )
    return made


def _long_sheet(entries: Sequence[Entry]) -> dict[str, bytes]:
    cells = [entry.cells for entry in entries]
    rows = table(list(_COLUMNS.values()), list(_COLUMNS), cells)
    rows += [[], ["Note: frames are counted from the start of the recording"]]
    return {"SMIC-HS-E_annotation.xlsx": workbook({"Sheet1": rows})}


def _counted_from_one(site: Site, entry: Entry) -> list[Concern]:
    """Frame files are numbered from 1, the sheet counts on from the recording."""
    late = min(entry.shot.frames) - 1
    for number in entry.shot.frames:
        site.file(entry, number).rename(site.file(entry, number - late))
    return of(entry)


LAYOUT = NativeLayout(
    dataset="smic",
    entries=_long_entries,
    sheet=_long_sheet,
    others="",
    traps=(
        Trap(
            name="files numbered from 1",
            finding="repair",
            rule="frame numbers counted from FirstF",
            plant=_counted_from_one,
        ),
        cell(
            "wrong offset",
            "offset",
            lambda entry: entry.shot.onset - 1,
            "offset before onset",
        ),
        EQUAL_ROW,
        MISSING_FOLDER,
        FRAME_TWICE,
        MISSING_OFFSET,
        GAP,
        FROZEN,
        EMPTY_FILE,
        TRUNCATED_FILE,
    ),
)
