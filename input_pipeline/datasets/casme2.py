"""CASME II, from its native folder.

Reads `CASME2-coding-*.xlsx` and `CASME2_RAW_selected/sub01/EP02_01f/img46.jpg` (or
`CASME2-RAW`, or `Cropped`, with `reg_img46.jpg`).

Source:
    Yan et al., PLoS ONE 9(1), 2014; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names.
"""

from input_pipeline.datasets.layout import FrameFolders, Layout
from input_pipeline.datasets.sheet import Columns

LAYOUT = Layout(
    name="casme2",
    fps=200.0,
    sheets=("CASME2-coding-*", "CASME2_label_*"),
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
    frames=FrameFolders(
        raw=("CASME2_RAW_selected", "CASME2-RAW", "."),
        cropped=("Cropped", "Cropped_original"),
    ),
    subject=r"(?:sub)?(\d+)",
    subject_format="sub{:02d}",
)

load = LAYOUT.load
