"""SAMM, from its native folder.

Reads `SAMM_Micro_FACS_Codes*.xlsx`, whose header is below rows of text, and
`SAMM/006/006_1_2/006_05562.jpg` (or `SAMM_CROP`, or `006` in the root).

Source:
    Davison et al., IEEE Transactions on Affective Computing 9(1), 2018; column and
    folder names as in the release (`docs/data.md`). Frame numbers count from the start
    of the long recording, in the sheet as in the file names.
"""

from input_pipeline.datasets.layout import FrameFolders, Layout
from input_pipeline.datasets.sheet import Columns

LAYOUT = Layout(
    name="samm",
    fps=200.0,
    # Not SAMM_LongVideos_*, which is another data set.
    sheets=("SAMM_Micro_FACS_Codes*", "SAMM_20*"),
    columns=Columns(
        required={
            "subject": "Subject",
            "filename": "Filename",
            "onset": "Onset Frame",
            "apex": "Apex Frame",
            "offset": "Offset Frame",
            "au": "Action Units",
            "emotion": "Estimated Emotion",
        },
        optional={"objective": "Objective Classes"},
        header_row=14,
    ),
    frames=FrameFolders(raw=("SAMM", "."), cropped=("SAMM_CROP", "SAMM_Cropped")),
    subject=r"(\d+)",
    subject_format="{:03d}",
)

load = LAYOUT.load
