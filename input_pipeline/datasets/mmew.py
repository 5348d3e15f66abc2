"""MMEW, from its native folder.

Source:
    Ben et al., IEEE TPAMI 44(9), 2022; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names.
"""

from pathlib import Path

from input_pipeline.datasets.layout import Layout, load_sheet
from input_pipeline.records import Manifest

_LAYOUT = Layout(
    name="mmew",
    fps=90.0,
    sheets=("MMEW_Micro_Exp*",),
    columns={
        "subject": "Subject",
        "filename": "Filename",
        "onset": "OnsetFrame",
        "apex": "ApexFrame",
        "offset": "OffsetFrame",
        "au": "Action Units",
        "emotion": "Estimated Emotion",
    },
    frame_folders=("Micro_Expression", "."),
    subject=r"S?(\d+)",
    subject_format="S{:02d}",
    folder=lambda subject, row: (row["emotion"], row["filename"]),
)


def load(root: str | Path) -> Manifest:
    """Reads MMEW, the micro-expressions.

    Reads:
        `root/MMEW_Micro_Exp.xlsx` and
        `root/Micro_Expression/happiness/S13-07-001/1.jpg`.

    Returns:
        As `load_sheet`.

    Raises:
        InputError: As `load_sheet`.
    """
    return load_sheet(_LAYOUT, root)
