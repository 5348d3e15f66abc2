"""4DME, the gray micro-expression clips, from the native folder.

Source:
    Li et al., IEEE Transactions on Affective Computing 14(4), 2023; column and folder
    names as in the release (`docs/data.md`). That frame numbers in the sheet equal the
    numbers in the file names is an assumption.
"""

from pathlib import Path

from input_pipeline.datasets.layout import Layout, load_sheet
from input_pipeline.datasets.sheet import Row
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.records import Manifest

_CLASSES = ("positive", "negative", "surprise")
_YES = {"1", "1.0"}
_NO = {"", "0", "0.0"}


def _emotion(row: Row) -> str:
    for name in _CLASSES:
        if row[name] not in _YES | _NO:
            raise UnusableError("unreadable label", f"the {name} cell is {row[name]!r}")
    marked = [name for name in _CLASSES if row[name] in _YES]
    if len(marked) > 1:
        raise UnusableError("several labels", " and ".join(marked))
    if not marked:
        raise UnusableError(
            "label outside the protocol", f"{row['emotion']!r} is dropped"
        )
    return marked[0]


_LAYOUT = Layout(
    name="4dme",
    fps=60.0,
    sheets=("4DME_Labelling_Micro*",),
    columns={
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
    },
    frame_folders=("gray_micro", "."),
    subject=r"[a-z_ ]*(\d+)",
    subject_format="sub{:02d}",
    emotion=_emotion,
    folder=lambda subject, row: (row["subject"], row["filename"]),
)


def load(root: str | Path) -> Manifest:
    """Reads 4DME.

    Reads:
        `root/4DME_Labelling_Micro_release v1.xlsx` and
        `root/gray_micro/<sub_ID>/<fold_name>/`, frames by the number that ends a name.

    Returns:
        As `load_sheet`. The class is the one column of positive, negative and surprise
        that is marked; a clip with several or none is skipped.

    Raises:
        InputError: As `load_sheet`.
    """
    return load_sheet(_LAYOUT, root)
