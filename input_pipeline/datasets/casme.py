"""CASME, from its native folder.

Source:
    Yan et al., IEEE FG 2013; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names,
    whatever the padding, which differs between the halves of the release.
"""

from pathlib import Path

from input_pipeline.datasets.layout import Layout, load_sheet
from input_pipeline.datasets.sheet import Row
from input_pipeline.findings import Repair
from input_pipeline.records import Manifest

_NAME = "casme"


def _second_apex(subject: str, row: Row) -> tuple[Repair, ...]:
    first, second = row["apex"], row["apex2"]
    if not second.isdigit() or second == first:
        return ()
    return (
        Repair(
            dataset=_NAME,
            subject=subject,
            clip=row["filename"],
            rule="first of two apexes used",
            old=f"{first}, {second}",
            new=first,
        ),
    )


_LAYOUT = Layout(
    name=_NAME,
    fps=60.0,
    sheets=("casme",),
    columns={
        "subject": "Subject",
        "filename": "Filename",
        "onset": "OnsetF",
        "apex": "ApexF1",
        "apex2": "ApexF2",
        "offset": "OffsetF",
        "au": "AU",
        "emotion": "Emotion",
    },
    frame_folders=(".", "Cropped"),
    subject=r"(?:sub)?(\d+)",
    subject_format="sub{:02d}",
    repairs=_second_apex,
)


def load(root: str | Path) -> Manifest:
    """Reads CASME.

    Reads:
        `root/casme.xlsx` and `root/sub01/EP01_01/EP01_01-12.jpg` (or `Cropped`, with
        `reg_EP01_01-12.jpg`).

    Returns:
        As `load_sheet`. Of two apexes the first is used and the choice is a repair.

    Raises:
        InputError: As `load_sheet`.
    """
    return load_sheet(_LAYOUT, root)
