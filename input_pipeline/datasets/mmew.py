"""MMEW, the micro-expressions, from its native folder.

Reads `MMEW_Micro_Exp.xlsx` and `Micro_Expression/happiness/S13-07-001/1.jpg`.

Source:
    Ben et al., IEEE TPAMI 44(9), 2022; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names.
"""

from input_pipeline.datasets.layout import FrameFolders, Layout
from input_pipeline.datasets.sheet import Columns

LAYOUT = Layout(
    name="mmew",
    fps=90.0,
    sheets=("MMEW_Micro_Exp*",),
    columns=Columns(
        required={
            "subject": "Subject",
            "filename": "Filename",
            "onset": "OnsetFrame",
            "apex": "ApexFrame",
            "offset": "OffsetFrame",
            "au": "Action Units",
            "emotion": "Estimated Emotion",
        }
    ),
    frames=FrameFolders(raw=("Micro_Expression", ".")),
    subject=r"S?(\d+)",
    subject_format="S{:02d}",
    folders=lambda subject, row: ((row["emotion"], row["filename"]),),
)

load = LAYOUT.load
