"""Expression classes: their order here, and the codes that data sets have for them."""

from typing import Literal

EXPRESSIONS = (
    "surprise",
    "fear",
    "disgust",
    "happiness",
    "sadness",
    "anger",
    "neutral",
    "contempt",
)
"""All classes in label order: that of RAF-DB, and contempt, which it does not have."""

NumExpressions = Literal[7, 8]
"""The basic expressions and neutral, without or with contempt."""


def class_names(expressions: NumExpressions) -> tuple[str, ...]:
    """The classes in label order."""
    return EXPRESSIONS[:expressions]


RAF_DB = {str(code): name for code, name in enumerate(EXPRESSIONS[:7], start=1)}
"""Label of a list file -> class (RAF-DB's own readme; APViT's loader subtracts 1)."""

AFFECTNET = dict(
    enumerate(
        (
            "neutral",
            "happiness",
            "sadness",
            "surprise",
            "fear",
            "disgust",
            "anger",
            "contempt",
        )
    )
)
"""Code of AffectNet -> class; 8 none, 9 uncertain and 10 no face have none."""

APVIT = (
    "anger",
    "disgust",
    "fear",
    "sadness",
    "happiness",
    "surprise",
    "neutral",
    "contempt",
)
"""Classes of APViT's released heads, in their order (its `mmcls/datasets/raf.py`)."""

CK_PLUS = dict(
    enumerate(
        (
            "neutral",
            "anger",
            "contempt",
            "disgust",
            "fear",
            "happiness",
            "sadness",
            "surprise",
        )
    )
)
"""Code of CK+ -> class."""

FERPLUS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
)
"""The vote columns of FERPlus that are classes, in their order."""

WORDS = {
    "angry": "anger",
    "happy": "happiness",
    "joy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    "afraid": "fear",
    "fearful": "fear",
    "disgusted": "disgust",
    "contemptuous": "contempt",
    **{name: name for name in EXPRESSIONS},
}
"""Name of a class folder, in small letters -> class."""
