"""4DME's gray clips as they come: a column an emotion, several at once."""

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
from input_pipeline.synthetic.native.pictures import Picture
from input_pipeline.synthetic.native.traps import (
    EQUAL_ROW,
    MISSING_FOLDER,
    ON_DISK,
    UNCERTAIN_AU,
    apex_before_onset,
    cell,
    of,
)
from input_pipeline.synthetic.native.workbook import table, workbook
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import shoot

_FOLDERS = {"raw": "gray_micro", "cropped": "gray_micro_crop"}
_COLUMNS = {
    "subject": "sub_ID",
    "filename": "fold_name",
    "onset": "Onset",
    "apex": "Apex",
    "offset": "Offset",
    "au": "AUs",
    "emotion": "Emotion",
    "positive": "Positive",
    "negative": "Negative",
    "surprise": "Surprise",
    "repression": "Repression",
    "others": "Others",
    "blink": "eye blink",
}
_MARKED = {
    "happiness": ("Positive",),
    "disgust": ("Negative",),
    "repression": ("Negative", "Repression"),
    "surprise": ("Surprise",),
    "others": ("Others",),
}
_EMOTIONS = ("Positive", "Negative", "Surprise", "Repression", "Others")


def _entries(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    return [_entry(clip, kind, index) for index, clip in enumerate(clips)]


def _entry(clip: RenderedClip, kind: Kind, index: int) -> Entry:
    plan = clip.plan
    native = f"S{plan.subject:02d}"
    name = f"{native}_1st_{index + 1:03d}_{index % 3 + 1:02d}_1"
    shot = shoot(clip, 60.0, plan.first)
    return Entry(
        shot=shot,
        subject=f"sub{plan.subject:02d}",
        clip=name,
        folder=PurePosixPath(_FOLDERS[kind], native, name),
        stem="{:04d}".format,
        cells={
            "subject": native,
            "filename": name,
            "onset": shot.onset,
            "apex": shot.apex,
            "offset": shot.offset,
            "au": "+".join(f"AU{part.unit.number}" for part in plan.units),
            "blink": 0,
            **_marks(*_MARKED[plan.emotion]),
        },
    )


def _marks(*marked: str) -> dict:
    marks = {name.lower(): int(name in marked) for name in _EMOTIONS}
    return {"emotion": "/".join(marked), **marks}


def _two_emotions(site: Site, entry: Entry) -> list[Concern]:
    entry.cells |= _marks("Negative", "Surprise")
    return of(entry)


def _sheet(entries: Sequence[Entry]) -> dict[str, bytes]:
    cells = [entry.cells for entry in entries]
    rows = table(list(_COLUMNS.values()), list(_COLUMNS), cells)
    return {"4DME_Labelling_Micro_release v1.xlsx": workbook({"Sheet1": rows})}


LAYOUT = NativeLayout(
    dataset="4dme",
    entries=_entries,
    sheet=_sheet,
    raw=Picture(grey=True),
    cropped=Picture(grey=True, cropped=True),
    traps=(
        Trap(
            name="several emotions",
            finding="skip",
            rule="several labels",
            plant=_two_emotions,
        ),
        cell("mark that is none", "positive", "?", "unreadable label"),
        cell("uncertain action units", "au", "AU4+AU7(k)", UNCERTAIN_AU, "repair"),
        apex_before_onset(),
        EQUAL_ROW,
        MISSING_FOLDER,
        *ON_DISK,
    ),
)
