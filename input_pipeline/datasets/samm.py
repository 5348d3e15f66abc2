"""SAMM, from its native folder.

Source:
    Davison et al., IEEE Transactions on Affective Computing 9(1), 2018; column and
    folder names as in the release (`docs/data.md`). Frame numbers count from the start
    of the long recording, in the sheet as in the file names.
"""

from pathlib import Path

from input_pipeline.datasets.layout import Layout, load_sheet
from input_pipeline.records import Manifest

_LAYOUT = Layout(
    name="samm",
    fps=200.0,
    # Not SAMM_LongVideos_*, which is another data set.
    sheets=("SAMM_Micro_FACS_Codes*", "SAMM_20*"),
    columns={
        "subject": "Subject",
        "filename": "Filename",
        "onset": "Onset Frame",
        "apex": "Apex Frame",
        "offset": "Offset Frame",
        "au": "Action Units",
        "emotion": "Estimated Emotion",
    },
    frame_folders=("SAMM", "SAMM_CROP", "."),
    subject=r"(\d+)",
    subject_format="{:03d}",
)


def load(root: str | Path) -> Manifest:
    """Reads SAMM.

    Reads:
        `root/SAMM_Micro_FACS_Codes*.xlsx`, whose header is below rows of text, and
        `root/SAMM/006/006_1_2/006_05562.jpg` (or `SAMM_CROP`, or `root/006`).

    Returns:
        As `load_sheet`, with MEGC2019 labels.

    Raises:
        InputError: As `load_sheet`.
    """
    return load_sheet(_LAYOUT, root)
