"""CASME II, from its native folder.

Source:
    Yan et al., PLoS ONE 9(1), 2014; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names.
"""

from pathlib import Path

from input_pipeline.datasets.layout import Layout, load_sheet
from input_pipeline.records import Manifest

_LAYOUT = Layout(
    name="casme2",
    fps=200.0,
    sheets=("CASME2-coding-*", "CASME2_label_*"),
    columns={
        "subject": "Subject",
        "filename": "Filename",
        "onset": "OnsetFrame",
        "apex": "ApexFrame",
        "offset": "OffsetFrame",
        "au": "Action Units",
        "emotion": "Estimated Emotion",
    },
    frame_folders=("CASME2_RAW_selected", "CASME2-RAW", "Cropped", "."),
    subject=r"(?:sub)?(\d+)",
    subject_format="sub{:02d}",
)


def load(root: str | Path) -> Manifest:
    """Reads CASME II.

    Reads:
        `root/CASME2-coding-*.xlsx` and `root/CASME2_RAW_selected/sub01/EP02_01f/
        img46.jpg` (or `CASME2-RAW`, `Cropped`, with `reg_img46.jpg`).

    Returns:
        As `load_sheet`, with MEGC2019 labels.

    Raises:
        InputError: As `load_sheet`.
    """
    return load_sheet(_LAYOUT, root)
