"""CAS(ME)^3 parts A and C as they come: clips are spans of long colour recordings."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from input_pipeline.label_sets.objective import OBJECTIVE_CLASSES
from input_pipeline.synthetic.native.entries import (
    Concern,
    Entry,
    NativeLayout,
    Site,
    Trap,
)
from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.native.pictures import Picture
from input_pipeline.synthetic.native.samm import objective_number
from input_pipeline.synthetic.native.traps import (
    DIFFERING_ROW,
    EQUAL_ROW,
    FROZEN,
    GAP,
    MISSING_FRAME,
    TRUNCATED_FILE,
    UNCERTAIN_AU,
    cell,
    of,
    respelled_subject,
    wrong_offset,
)
from input_pipeline.synthetic.native.workbook import table, workbook
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import shoot

_FPS = 30.0
# Frames of a recording between two clips of it.
_PAUSE = 37
_RECORDINGS = "abc"
_PART_A = {"raw": "part_A", "cropped": "ME_A_cropped"}
_PART_C = {"raw": "part_C", "cropped": "ME_C_cropped"}
_COLUMNS_A = {
    "subject": "Subject",
    "filename": "Filename",
    "onset": "Onset",
    "apex": "Apex",
    "offset": "Offset",
    "au": "AU",
    "objective": "Objective class",
    "emotion": "emotion",
}
_COLUMNS_C = {
    "subject": "sub",
    "filename": "count",
    "onset": "onset",
    "offset": "offset",
    "au": "au",
}
_WORDS = {"happiness": "happy", "repression": "sad"}
_LONG = 400
_CHINESE_EVERY = 11


def _entries_a(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    ends: dict[str, int] = {}
    entries = []
    for index, clip in enumerate(clips):
        # Two clips in a row share a recording, so that subject and file name repeat.
        letter = _RECORDINGS[index // 2 % len(_RECORDINGS)]
        subject = f"spNO.{clip.plan.subject}"
        folder = PurePosixPath(_PART_A[kind], subject, letter, "color")
        shot = shoot(clip, _FPS, ends.get(str(folder), 0) + _PAUSE)
        ends[str(folder)] = shot.last
        emotion = _WORDS.get(clip.plan.emotion, clip.plan.emotion)
        entry = Entry(
            shot=shot,
            subject=subject,
            clip=f"{letter}_{shot.onset}",
            folder=folder,
            stem=str,
            cells={
                "subject": subject,
                "filename": letter,
                "onset": str(shot.onset),
                "apex": str(shot.apex),
                "offset": str(shot.offset),
                "au": clip.plan.action_units,
                "objective": OBJECTIVE_CLASSES[objective_number(clip) - 1],
                "emotion": "Others" if emotion == "others" and index % 2 else emotion,
            },
        )
        entries.append(entry)
    return entries


def _sheet_a(entries: Sequence[Entry]) -> dict[str, bytes]:
    cells = [entry.cells for entry in entries]
    rows = table(list(_COLUMNS_A.values()), list(_COLUMNS_A), cells)
    name = "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
    return {name: workbook({"label": rows})}


def _long(site: Site, entry: Entry) -> list[Concern]:
    """The offset of another movement: its frame is there, those between are not."""
    entry.cells["offset"] = str(entry.shot.offset + _LONG)
    last = site.file(entry, entry.shot.offset)
    last.rename(site.file(entry, entry.shot.offset + _LONG))
    return of(entry)


PART_A = NativeLayout(
    dataset="casme3a",
    entries=_entries_a,
    sheet=_sheet_a,
    cropped=Picture(cropped=True),
    traps=(
        cell(
            "apex is the onset",
            "apex",
            lambda entry: str(entry.shot.onset),
            "apex is the onset",
        ),
        wrong_offset(text=True),
        EQUAL_ROW,
        DIFFERING_ROW,
        respelled_subject("subject", lambda entry: entry.subject.removeprefix("spNO.")),
        Trap(
            name="clip of many seconds",
            finding="check",
            rule="long for a micro-expression",
            plant=_long,
        ),
        MISSING_FRAME,
        GAP,
        FROZEN,
        TRUNCATED_FILE,
    ),
)


def _entries_c(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    ends: dict[int, int] = {}
    counts: dict[int, int] = {}
    entries = []
    for index, clip in enumerate(clips):
        number = clip.plan.subject
        counts[number] = counts.get(number, 0) + 1
        shot = shoot(clip, _FPS, ends.get(number, 0) + _PAUSE)
        ends[number] = shot.last
        subject = f"{number:02d}"
        entry = Entry(
            shot=shot,
            subject=subject,
            clip=f"{counts[number]}_{shot.onset}",
            folder=PurePosixPath(_PART_C[kind], subject, "a", "color"),
            stem=str,
            cells={
                "subject": number,
                "filename": counts[number],
                "onset": shot.onset,
                "offset": shot.offset,
                "au": _listed(clip, chinese=index % _CHINESE_EVERY == 0),
            },
        )
        entries.append(entry)
    return entries


def _listed(clip: RenderedClip, chinese: bool) -> int | str:
    units = [str(part.unit.number) for part in clip.plan.units]
    comma = "\N{FULLWIDTH COMMA}" if chinese else ","
    return comma.join(units) if len(units) > 1 else int(units[0])


def _sheet_c(entries: Sequence[Entry]) -> dict[str, bytes]:
    cells = [entry.cells for entry in entries]
    rows = table(list(_COLUMNS_C.values()), list(_COLUMNS_C), cells)
    return {"CAS(ME)3_part_C_ME.xlsx": workbook({"Sheet1": rows})}


PART_C = NativeLayout(
    dataset="casme3c",
    entries=_entries_c,
    sheet=_sheet_c,
    cropped=Picture(cropped=True),
    others="",
    traps=(
        cell("uncertain action units", "au", "4,7?", UNCERTAIN_AU, "repair"),
        cell(
            "wrong offset",
            "offset",
            lambda entry: entry.shot.onset - 1,
            "offset before onset",
        ),
        EQUAL_ROW,
        GAP,
        FROZEN,
        TRUNCATED_FILE,
    ),
)
