"""CASME, from its native folder.

Reads `casme.xlsx` and `CASME_raw_selected/sub01/EP01_01/EP01_01-12.jpg` (or `sub01` in
the root, or `Cropped`, with `reg_EP01_01-12.jpg`). Of two apexes the first is used, and
the choice is a repair.

Source:
    Yan et al., IEEE FG 2013; column and folder names as in the release
    (`docs/data.md`). Frame numbers in the sheet equal the numbers in the file names,
    whatever the padding, which differs between the halves of the release.
"""

from input_pipeline.datasets.layout import FrameFolders, Layout
from input_pipeline.datasets.sheet import Columns, Row


def _second_apex(row: Row) -> tuple[tuple[str, str, str], ...]:
    first, second = row["apex"], row["apex2"]
    if not second.isdigit() or second == first:
        return ()
    return (("first of two apexes used", f"{first}, {second}", first),)


LAYOUT = Layout(
    name="casme",
    fps=60.0,
    sheets=("casme",),
    columns=Columns(
        required={
            "subject": "Subject",
            "filename": "Filename",
            "onset": "OnsetF",
            "apex": "ApexF1",
            "apex2": "ApexF2",
            "offset": "OffsetF",
            "au": "AU",
            "emotion": "Emotion",
        }
    ),
    frames=FrameFolders(raw=("CASME_raw_selected", "."), cropped=("Cropped",)),
    subject=r"(?:sub)?(\d+)",
    subject_format="sub{:02d}",
    repairs=_second_apex,
)

load = LAYOUT.load
