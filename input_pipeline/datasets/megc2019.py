"""The three classes of MEGC2019: the one home of label mapping.

Source:
    See et al., MEGC 2019; counts checked against the public 442-row composite list
    (`docs/data.md`): CASME II negative is disgust and repression only.
"""

from fgrmer_tf.spec import MEGC2019_CLASSES

POSITIVE, NEGATIVE, SURPRISE = MEGC2019_CLASSES

MEGC2019: dict[str, dict[str, str | None]] = {
    "casme2": {
        "happiness": POSITIVE,
        "disgust": NEGATIVE,
        "repression": NEGATIVE,
        "surprise": SURPRISE,
        "others": None,
        "sadness": None,
        "fear": None,
    },
}
"""Data set -> native emotion -> class; `None` marks an emotion the protocol drops."""
