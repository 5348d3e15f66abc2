"""What is easily overlooked in a data set of pictures; shown by every check."""

from input_pipeline.macro.names import PhotoSetName

OVERLOOKED: dict[PhotoSetName, tuple[str, ...]] = {
    "raf-db": (
        "Labels 1 to 7 are surprise, fear, disgust, happiness, sadness, anger and "
        "neutral. Others order them otherwise: a foreign head goes by names.",
        "No file says who is seen: the official parts may share people, and "
        "subject-grouped folds need subjects.csv.",
    ),
    "ferplus": (
        "Labels are votes of ten people. A single vote counts nothing, and a picture "
        "without a majority is left out; --votes probability keeps shares of classes.",
        "The order of the vote columns is not that of FER2013's own labels.",
    ),
    "affectnet": (
        "The test part is the release's validation part: it may not choose an epoch.",
        "Training is far from balanced and the test part is even: consider --balance.",
        "Codes 8 to 10 (none, uncertain, no face) are no classes.",
    ),
    "ck-plus": (
        "A sequence without a label file is not labelled, which does not mean neutral.",
        "The pictures of a sequence look alike: only folds by subject are honest.",
    ),
    "class-folder": (
        "A folder whose name is none of the known spellings is a class of its own.",
    ),
}
"""Data set -> sentences."""
