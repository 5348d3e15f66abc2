"""Native emotions to the three classes of MEGC2019: the one home of label mapping.

Source:
    See et al., MEGC 2019; counts checked against the public 442-row composite list
    (`docs/data.md`): CASME II negative is disgust and repression only.
"""

from fgrmer_tf.spec import MEGC2019_CLASSES

POSITIVE, NEGATIVE, SURPRISE = MEGC2019_CLASSES

Mapping = dict[str, dict[str, str | None]]

MEGC2019: Mapping = {
    "casme2": {
        "happiness": POSITIVE,
        "disgust": NEGATIVE,
        "repression": NEGATIVE,
        "surprise": SURPRISE,
        "others": None,
        "sadness": None,
        "fear": None,
    },
    "samm": {
        "happiness": POSITIVE,
        "anger": NEGATIVE,
        "contempt": NEGATIVE,
        "disgust": NEGATIVE,
        "fear": NEGATIVE,
        "sadness": NEGATIVE,
        "surprise": SURPRISE,
        # Spelled either way, depending on the copy.
        "other": None,
        "others": None,
    },
    "smic": {
        "positive": POSITIVE,
        "negative": NEGATIVE,
        "surprise": SURPRISE,
    },
}
"""Data set -> native emotion -> class; `None` marks an emotion the protocol drops."""

_BY_VALENCE: dict[str, str | None] = {
    "happiness": POSITIVE,
    "anger": NEGATIVE,
    "contempt": NEGATIVE,
    "disgust": NEGATIVE,
    "fear": NEGATIVE,
    "repression": NEGATIVE,
    "sadness": NEGATIVE,
    "surprise": SURPRISE,
    "tense": None,
    "others": None,
}

LABELS: Mapping = MEGC2019 | {
    "casme": _BY_VALENCE,
    "mmew": _BY_VALENCE,
    "casme3a": _BY_VALENCE | {"happy": POSITIVE, "sad": NEGATIVE},
    "4dme": MEGC2019["smic"],
}
"""As `MEGC2019`; data sets that are not part of it are mapped by this project."""
