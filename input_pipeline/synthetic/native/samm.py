"""SAMM as it comes: grey, numbered as in the long recordings, text above the header."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from input_pipeline.label_sets.annotation import Annotation, Label
from input_pipeline.label_sets.objective import OBJECTIVE_CLASSES, objective_class
from input_pipeline.synthetic.native.entries import Entry, NativeLayout
from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.native.pictures import Picture
from input_pipeline.synthetic.native.traps import (
    EQUAL_ROW,
    ON_DISK,
    UNCERTAIN_AU,
    cell,
    respelled_subject,
    wrong_offset,
)
from input_pipeline.synthetic.native.workbook import table, workbook
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import shoot

_FOLDERS = {"raw": "SAMM", "cropped": "SAMM_CROP"}
_TEXT_ROWS = 13
_COLUMNS = {
    "subject": "Subject",
    "filename": "Filename",
    "inducement": "Inducement Code",
    "onset": "Onset Frame",
    "apex": "Apex Frame",
    "offset": "Offset Frame",
    "duration": "Duration",
    "micro": "Micro",
    "au": "Action Units",
    "emotion": "Estimated Emotion",
    "objective": "Objective Classes",
    "notes": "Notes",
}
# Depressed lip corners and a raised chin are other emotions here than repression.
_SADNESS, _ANGER = 15, 17


def objective_number(clip: RenderedClip) -> int:
    """The objective class of a clip's action units, 1 to 7."""
    units = tuple(part.unit.number for part in clip.plan.units)
    label = objective_class(Annotation(dataset="", subject="", clip="", au=units))
    assert isinstance(label, Label)
    return OBJECTIVE_CLASSES.index(label.name) + 1


def _entries(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    return [_entry(clip, kind, index) for index, clip in enumerate(clips)]


def _entry(clip: RenderedClip, kind: Kind, index: int) -> Entry:
    plan = clip.plan
    subject = f"{plan.subject + 5:03d}"
    name = f"{subject}_{index % 7 + 1}_{index + 1}"
    # Some recordings have numbers of four digits, the others of five.
    digits = 4 + plan.subject % 2
    shot = shoot(clip, 200.0, 11 * plan.first + 13 * index)
    return Entry(
        shot=shot,
        subject=subject,
        clip=name,
        folder=PurePosixPath(_FOLDERS[kind], subject, name),
        stem=f"{subject}_{{:0{digits}d}}".format,
        cells={
            "subject": subject,
            "filename": name,
            "inducement": index % 7 + 1,
            "onset": shot.onset,
            "apex": shot.apex,
            "offset": shot.offset,
            "duration": shot.offset - shot.onset + 1,
            "micro": "Micro - 1/2",
            "au": plan.action_units.replace("+", " + "),
            "emotion": _emotion(clip, index),
            "objective": objective_number(clip),
        },
    )


def _emotion(clip: RenderedClip, index: int) -> str:
    units = {part.unit.number for part in clip.plan.units}
    if clip.plan.emotion == "others":
        return ("Other", "Others")[index % 2]
    if clip.plan.emotion != "repression":
        return clip.plan.emotion.capitalize()
    if _SADNESS in units:
        return "Sadness"
    return "Anger" if _ANGER in units else "Contempt"


def _sheet(entries: Sequence[Entry]) -> dict[str, bytes]:
    above = [["SAMM Micro-Expressions"], *[["For research only"]] * (_TEXT_ROWS - 1)]
    cells = [entry.cells for entry in entries]
    rows = table(list(_COLUMNS.values()), list(_COLUMNS), cells, above)
    return {"SAMM_Micro_FACS_Codes_v2.xlsx": workbook({"MICRO ONLY": rows})}


LAYOUT = NativeLayout(
    dataset="samm",
    entries=_entries,
    sheet=_sheet,
    first_row=_TEXT_ROWS + 2,
    raw=Picture(grey=True),
    cropped=Picture(grey=True, cropped=True),
    traps=(
        wrong_offset(),
        cell("missing apex", "apex", None, "no apex annotated"),
        cell("uncertain action units", "au", "R12 or R15", UNCERTAIN_AU, "repair"),
        EQUAL_ROW,
        respelled_subject("subject", lambda entry: int(entry.subject)),
        *ON_DISK,
    ),
)
