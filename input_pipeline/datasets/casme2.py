"""CASME II, from its native folder.

Source:
    Yan et al., PLoS ONE 9(1), 2014; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names.
"""

import re
from pathlib import Path

import pandas as pd

from fgrmer_tf.errors import InputError
from input_pipeline.au_annotation import parse_aus
from input_pipeline.datasets.megc2019 import MEGC2019
from input_pipeline.records import Manifest, Sample, keep_unique
from input_pipeline.skips import Skip

NAME = "casme2"
FPS = 200.0
_SHEETS = "CASME2-coding-*.xlsx"
_FRAME_FOLDERS = ("CASME2_RAW_selected", "CASME2-RAW", "Cropped")
_FRAME = re.compile(r"(?:reg_)?img(\d+)\.jpe?g", re.IGNORECASE)
_COLUMNS = {
    "subject": "Subject",
    "filename": "Filename",
    "onsetframe": "OnsetFrame",
    "apexframe": "ApexFrame",
    "offsetframe": "OffsetFrame",
    "actionunits": "Action Units",
    "estimatedemotion": "Estimated Emotion",
}


def load(root: str | Path) -> Manifest:
    """Reads the coding sheet and finds each clip's onset and apex frame.

    Reads:
        `root/CASME2-coding-*.xlsx` (one sheet; columns by name, case and spaces do not
        matter) and `root/CASME2_RAW_selected/sub01/EP02_01f/img46.jpg` (or
        `CASME2-RAW`, `Cropped`). Frames are listed, not decoded.

    Returns:
        Samples in sheet order with MEGC2019 labels. Rows that cannot be used are in
        `skipped`, each with its rule; nothing is coerced.

    Raises:
        InputError: If `root`, the sheet, a column or the frame folder is missing, or
            the sheet has no rows.
    """
    root = Path(root)
    rows = _read_sheet(root)
    frames_root = _frames_root(root)
    samples: list[Sample] = []
    skipped: list[Skip] = []
    for cells in rows:
        result = _row(cells, frames_root)
        if isinstance(result, Sample):
            samples.append(result)
        else:
            skipped.append(result)
    unique = keep_unique(samples)
    return Manifest(samples=unique.samples, skipped=(*skipped, *unique.skipped))


def _read_sheet(root: Path) -> list[dict[str, str]]:
    if not root.is_dir():
        raise InputError(f"The root of {NAME} must be a folder. Received: `{root}`.")
    sheets = sorted(root.glob(_SHEETS))
    if len(sheets) != 1:
        found = ", ".join(s.name for s in sheets) or "none"
        raise InputError(
            f"The root of {NAME} must hold one coding sheet named `{_SHEETS}`. "
            f"Found in `{root}`: {found}. Keep the one to use."
        )
    try:
        frame = pd.read_excel(sheets[0], dtype=str, keep_default_na=False)
    except Exception as error:  # openpyxl raises many kinds for a damaged file
        raise InputError(f"`{sheets[0]}` cannot be read: {error}.") from error
    names = {re.sub(r"\s", "", str(column)).lower(): column for column in frame}
    missing = [title for key, title in _COLUMNS.items() if key not in names]
    if missing:
        raise InputError(
            f"`{sheets[0]}` must have the columns {', '.join(_COLUMNS.values())}. "
            f"Missing: {', '.join(missing)}. Found: {', '.join(map(str, frame))}."
        )
    frame = frame[[names[key] for key in _COLUMNS]].set_axis(list(_COLUMNS), axis=1)
    rows = [
        {key: str(cell).strip() for key, cell in zip(_COLUMNS, cells, strict=True)}
        for cells in frame.itertuples(index=False)
    ]
    rows = [cells for cells in rows if cells["filename"]]
    if not rows:
        raise InputError(f"`{sheets[0]}` has no clip rows.")
    return rows


def _frames_root(root: Path) -> Path:
    for name in _FRAME_FOLDERS:
        if (root / name).is_dir():
            return root / name
    raise InputError(
        f"The root of {NAME} must hold a frame folder named "
        f"{' or '.join(_FRAME_FOLDERS)}. Found none in `{root}`."
    )


def _row(cells: dict[str, str], frames_root: Path) -> Sample | Skip:
    subject = f"sub{int(cells['subject']):02d}" if cells["subject"].isdigit() else ""
    clip = cells["filename"]

    def skip(rule: str, detail: str) -> Skip:
        name = subject or cells["subject"]
        return Skip(dataset=NAME, subject=name, clip=clip, rule=rule, detail=detail)

    if not subject:
        return skip("unreadable subject", f"Subject is {cells['subject']!r}")
    emotion = cells["estimatedemotion"].lower()
    if emotion not in MEGC2019[NAME]:
        return skip("unknown label", f"Estimated Emotion is {emotion!r}")
    label = MEGC2019[NAME][emotion]
    if label is None:
        return skip("label outside the protocol", f"MEGC2019 drops {emotion!r}")
    columns = {
        "onset": "onsetframe",
        "apex": "apexframe",
        "offset": "offsetframe",
    }
    for moment, column in columns.items():
        if not cells[column].isdigit():
            return skip(f"no {moment} annotated", f"the cell is {cells[column]!r}")
    onset, apex, offset = (int(cells[column]) for column in columns.values())
    if not onset <= apex <= offset:
        rule = "apex before onset" if apex < onset else "apex after offset"
        return skip(rule, f"onset {onset}, apex {apex}, offset {offset}")
    folder = frames_root / subject / clip
    if not folder.is_dir():
        return skip("missing clip folder", str(folder))
    frames = {
        int(match[1]): path
        for path in folder.iterdir()
        if (match := _FRAME.fullmatch(path.name))
    }
    for moment, number in (("onset", onset), ("apex", apex)):
        if number not in frames:
            return skip("missing frame", f"{moment} frame {number} in {folder}")
    try:
        units = parse_aus(cells["actionunits"])
    except ValueError as error:
        return skip("unreadable action units", str(error))
    return Sample(
        dataset=NAME,
        subject=subject,
        clip=clip,
        label=label,
        onset_path=frames[onset],
        apex_path=frames[apex],
        offset_path=frames.get(offset),
        frames_dir=folder,
        onset=onset,
        apex=apex,
        offset=offset,
        fps=FPS,
        au=units,
    )
