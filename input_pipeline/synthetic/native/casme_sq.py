"""CAS(ME)^2 as it comes: no header, subjects and videos by rules on two worksheets."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from input_pipeline.label_sets.label_set import DEFAULT, words
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
    FROZEN,
    GAP,
    MISSING_FRAME,
    TRUNCATED_FILE,
    apex_before_onset,
    of,
    wrong_offset,
)
from input_pipeline.synthetic.native.workbook import workbook
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import shoot

_FPS = 30.0
_PAUSE = 37
_FIRST_SUBJECT = 15
_FOLDERS = {"raw": "rawpic", "cropped": "cropped"}
_STEMS = {"raw": "img{:03d}", "cropped": "reg_img{:03d}"}
# Video: its number, its word in the sheet, and the film in the folder's name.
_VIDEOS = (
    ("0101", "disgust1", "disgustingteeth"),
    ("0401", "happy1", "girlcrashing"),
    ("0503", "happy3", "unlucky"),
)
_KEYS = (
    "subject",
    "video",
    "onset",
    "apex",
    "offset",
    "au",
    "emotion",
    "type",
    "report",
)


def _entries(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
    class_of = words(DEFAULT, "casme2")
    ends: dict[PurePosixPath, int] = {}
    counts: dict[PurePosixPath, int] = {}
    entries = []
    for index, clip in enumerate(clips):
        number = clip.plan.subject
        folder_number = number + _FIRST_SUBJECT - 1
        code, word, film = _VIDEOS[index // 2 % len(_VIDEOS)]
        subject = f"s{folder_number}"
        folder = PurePosixPath(_FOLDERS[kind], subject, f"{folder_number}_{code}{film}")
        shot = shoot(clip, _FPS, ends.get(folder, 0) + _PAUSE)
        ends[folder] = shot.last
        counts[folder] = counts.get(folder, 0) + 1
        macro = clip.plan.emotion == "others"
        cells = {
            "subject": number,
            "video": f"{word}_{counts[folder]}",
            "onset": shot.onset,
            "apex": shot.apex,
            "offset": shot.offset,
            "au": au_cell(clip.plan.action_units),
            "emotion": class_of[clip.plan.emotion] or "others",
            "type": "macro-expression" if macro else "micro-expression",
            "report": clip.plan.emotion,
        }
        entries.append(
            Entry(
                shot=shot,
                subject=subject,
                clip=cells["video"],
                folder=folder,
                stem=_STEMS[kind].format,
                cells=cells,
            )
        )
    return entries


def _no_offset(site: Site, entry: Entry) -> list[Concern]:
    entry.cells["offset"] = 0
    return of(entry)


def _sheet(entries: Sequence[Entry]) -> dict[str, bytes]:
    numbers = sorted({entry.shot.clip.plan.subject for entry in entries})
    subjects = [
        (f"s{number + _FIRST_SUBJECT - 1}", f"{number + _FIRST_SUBJECT - 1}", number)
        for number in numbers
    ]
    content = workbook(
        {
            "CASFEcode_final": [
                [entry.cells[key] for key in _KEYS] for entry in entries
            ],
            "naming rule1": subjects,
            "naming rule2": [(code, word) for code, word, _ in _VIDEOS],
        }
    )
    return {"CAS(ME)^2code_final.xlsx": content}


LAYOUT = NativeLayout(
    dataset="casme-sq",
    entries=_entries,
    sheet=_sheet,
    first_row=1,
    cropped=Picture(cropped=True),
    others="not a micro-expression",
    traps=(
        Trap(
            name="offset is 0",
            finding="repair",
            rule="offset set to the apex",
            plant=_no_offset,
        ),
        wrong_offset(),
        apex_before_onset(),
        EQUAL_ROW,
        MISSING_FRAME,
        GAP,
        FROZEN,
        TRUNCATED_FILE,
    ),
)
