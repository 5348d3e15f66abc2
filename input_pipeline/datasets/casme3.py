"""CAS(ME)^3, parts A and C, from their native folders: the colour frames.

Part A reads `cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx` and
`part_A/spNO.1/a/color/46.jpg` (or `ME_A`, `ME_A_cropped`, or `spNO.1` in the root). A
clip is named after its file name and onset, as in `a_46`: 191 pairs of subject and file
name of the release come again with other frames.

Part C reads `CAS(ME)3_part_C_ME.xlsx` and `part_C/01/a/color/46.jpg` (or `ME_C`,
`ME_C_cropped`, `01/1/color` with the count of the sheet). It has no emotion and no
apex: the middle frame is used as the apex, and each choice is a repair.

Source:
    Li et al., IEEE TPAMI 45(3), 2023; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names.
"""

from input_pipeline.datasets.layout import FrameFolders, Layout
from input_pipeline.datasets.sheet import Columns

PART_A = Layout(
    name="casme3a",
    fps=30.0,
    sheets=("cas(me)3_part_A_ME*",),
    columns=Columns(
        required={
            "subject": "Subject",
            "filename": "Filename",
            "onset": "Onset",
            "apex": "Apex",
            "offset": "Offset",
            "au": "AU",
            "emotion": "emotion",
        },
        optional={"objective": "Objective class"},
    ),
    frames=FrameFolders(raw=("part_A", "ME_A", "."), cropped=("ME_A_cropped",)),
    subject=r"(?:spNO\.?)?(\d+)",
    subject_format="spNO.{}",
    clip=lambda subject, row: f"{row['filename']}_{row['onset']}",
    folders=lambda subject, row: ((subject, row["filename"], "color"),),
)

PART_C = Layout(
    name="casme3c",
    fps=30.0,
    sheets=("CAS(ME)3_part_C_ME*",),
    columns=Columns(
        required={
            "subject": "sub",
            "filename": "count",
            "onset": "onset",
            "offset": "offset",
            "au": "au",
        }
    ),
    frames=FrameFolders(raw=("part_C", "ME_C", "."), cropped=("ME_C_cropped",)),
    subject=r"(\d+)(?:\.0)?",
    subject_format="{:02d}",
    clip=lambda subject, row: f"{row['filename']}_{row['onset']}",
    folders=lambda subject, row: (
        (subject, row["filename"], "color"),
        (subject, "a", "color"),
    ),
)
