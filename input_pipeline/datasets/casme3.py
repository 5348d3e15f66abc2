"""CAS(ME)^3 part A, from its native folder.

Source:
    Li et al., IEEE TPAMI 45(3), 2023; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names.
"""

from pathlib import Path

from input_pipeline.datasets.layout import Layout, load_sheet
from input_pipeline.records import Manifest

_LAYOUT = Layout(
    name="casme3a",
    fps=30.0,
    sheets=("cas(me)3_part_A_ME*",),
    columns={
        "subject": "Subject",
        "filename": "Filename",
        "onset": "Onset",
        "apex": "Apex",
        "offset": "Offset",
        "au": "AU",
        "emotion": "emotion",
    },
    frame_folders=("part_A", "."),
    subject=r"(?:spNO\.?)?(\d+)",
    subject_format="spNO.{}",
    # A subject and file name come again with other frames: 191 keys of the release.
    clip=lambda row: f"{row['filename']}_{row['onset']}",
    folder=lambda subject, row: (subject, row["filename"], "color"),
)


def load(root: str | Path) -> Manifest:
    """Reads CAS(ME)^3 part A, the colour frames.

    Reads:
        `root/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx` and
        `root/part_A/spNO.1/a/color/46.jpg` (or `root/spNO.1`).

    Returns:
        As `load_sheet`. A clip is named after its file name and onset, as in `a_46`.

    Raises:
        InputError: As `load_sheet`.
    """
    return load_sheet(_LAYOUT, root)
