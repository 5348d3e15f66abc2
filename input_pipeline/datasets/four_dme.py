"""4DME, the gray micro-expression clips, from the native folder.

Reads `4DME_Labelling_Micro_release v1.xlsx` and `gray_micro/<sub_ID>/<fold_name>/` (or
`gray_micro_crop`), frames by the number that ends a name. A clip may show several
emotions, each a column of its own.

Source:
    Li et al., IEEE Transactions on Affective Computing 14(4), 2023; column and folder
    names as in the release (`docs/data.md`). That frame numbers in the sheet equal the
    numbers in the file names is an assumption.
"""

from input_pipeline.datasets.layout import FrameFolders, Layout
from input_pipeline.datasets.sheet import Columns, Row
from input_pipeline.datasets.unusable import UnusableError

_EMOTIONS = ("positive", "negative", "surprise", "repression", "others")
_YES = {"1", "1.0"}
_NO = {"", "0", "0.0"}


def _emotion(row: Row) -> str:
    for name in _EMOTIONS:
        if row[name] not in _YES | _NO:
            raise UnusableError("unreadable label", f"the {name} cell is {row[name]!r}")
    marked = [name for name in _EMOTIONS if row[name] in _YES]
    return "+".join(marked) or row["emotion"]


LAYOUT = Layout(
    name="4dme",
    fps=60.0,
    sheets=("4DME_Labelling_Micro*",),
    columns=Columns(
        required={
            "subject": "sub_ID",
            "filename": "fold_name",
            "onset": "Onset",
            "apex": "Apex",
            "offset": "Offset",
            "au": "AUs",
            "emotion": "Emotion",
            "positive": "Positive",
            "negative": "Negative",
            "surprise": "Surprise",
            "repression": "Repression",
            "others": "Others",
        }
    ),
    frames=FrameFolders(raw=("gray_micro", "."), cropped=("gray_micro_crop",)),
    subject=r"[a-z_ ]*(\d+)",
    subject_format="sub{:02d}",
    emotion=_emotion,
    folders=lambda subject, row: ((row["subject"], row["filename"]),),
)

load = LAYOUT.load
