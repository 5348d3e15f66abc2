"""Published numbers of pictures, to compare one's own copy with."""

_TRAIN = "train"
_TEST = "test"
_AFFECTNET = (74874, 134415, 25459, 14090, 6378, 3803, 24882)
_AFFECTNET_ORDER = (
    "neutral",
    "happiness",
    "sadness",
    "surprise",
    "fear",
    "disgust",
    "anger",
)

_KNOWN: dict[str, dict[tuple[str, str], tuple[int, str]]] = {
    "raf-db": {(_TRAIN, ""): (12271, "recalled"), (_TEST, ""): (3068, "recalled")},
    "affectnet": {
        **{
            (_TRAIN, name): (count, "notes")
            for name, count in zip(_AFFECTNET_ORDER, _AFFECTNET, strict=True)
        },
        **{(_TEST, name): (500, "notes") for name in _AFFECTNET_ORDER},
    },
}

EVIDENCE = {
    "recalled": "from memory, compared with no source",
    "notes": "read in notes of others, not counted on the data",
}
"""Word of evidence -> what it says of a number."""


def published_pictures(dataset: str) -> dict[tuple[str, str], tuple[int, str]]:
    """Pictures of a part and class, (part, "") of all classes, that are published.

    Returns:
        To the number and its evidence, a word of `EVIDENCE`. Empty where nothing is
        known.
    """
    return _KNOWN.get(dataset, {})
