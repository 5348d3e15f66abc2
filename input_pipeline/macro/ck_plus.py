"""CK+: sequences from a neutral face to the whole expression."""

from pathlib import Path

from fgrmer_tf.errors import InputError, require
from input_pipeline.macro.expressions import CK_PLUS, class_names
from input_pipeline.macro.names import PhotoReading
from input_pipeline.macro.photos import (
    Collected,
    Photo,
    PhotoSet,
    first_folder,
    pictures,
)
from input_pipeline.text_files import read_text

NAME = "ck-plus"

_IMAGES = ("cohn-kanade-images", "extended-cohn-kanade-images/cohn-kanade-images")
_LABELS = ("Emotion", "Emotion_labels/Emotion", "Emotion_labels")


def load(root: Path, reading: PhotoReading) -> PhotoSet:
    """Reads the labelled sequences: last frames, and the first as neutral.

    A sequence without a label file is unlabelled, which does not mean neutral.

    Reads:
        `cohn-kanade-images/S005/001/S005_001_00000011.png` and
        `Emotion/S005/001/S005_001_00000011_emotion.txt`, one number.

    Raises:
        InputError: If a folder is not there, `last_frames` is below 1, or no picture is
            usable.
    """
    require(
        reading.last_frames >= 1,
        "`last_frames` must be at least 1.",
        last_frames=reading.last_frames,
    )
    images, labels = first_folder(root, _IMAGES), first_folder(root, _LABELS)
    if images is None or labels is None:
        raise InputError(
            f"CK+ must have the folders {_IMAGES[0]} and {_LABELS[0]}. Received: "
            f"`{root}` without {_IMAGES[0] if images is None else _LABELS[0]}."
        )
    collected = Collected(NAME, class_names(reading.expressions))
    for folder in sorted(path for path in images.glob("*/*") if path.is_dir()):
        _read_sequence(folder, labels, reading, collected)
    for folder in sorted(path for path in labels.glob("*/*") if path.is_dir()):
        subject, sequence = folder.parent.name, folder.name
        if list(folder.glob("*.txt")) and not (images / subject / sequence).is_dir():
            collected.skip(f"{subject}_{sequence}", "missing pictures", subject)
    return collected.photo_set(root)


def _read_sequence(
    folder: Path, labels: Path, reading: PhotoReading, collected: Collected
) -> None:
    subject, name = folder.parent.name, f"{folder.parent.name}_{folder.name}"
    files = sorted((labels / subject / folder.name).glob("[!.]*_emotion.txt"))
    if not files:
        collected.skip(name, "not labelled", "no label file")
        return
    text = read_text(files[0]).strip()
    try:
        # Written as 3.0000000e+00.
        code = int(float(text))
    except (ValueError, OverflowError):
        collected.skip(name, "unreadable label", repr(text))
        return
    if len(files) > 1 or code not in CK_PLUS or code == 0:
        rule = "several labels" if len(files) > 1 else "unknown label"
        collected.skip(name, rule, repr(text))
        return
    frames = pictures(folder)
    if len(frames) <= reading.last_frames:
        collected.skip(name, "too few frames", f"{len(frames)}")
        return
    expression = CK_PLUS[code]
    shown = [(path, expression) for path in frames[-reading.last_frames :]]
    for path, word in [(frames[0], "neutral"), *shown]:
        target = collected.one_hot(word)
        if target is None:
            collected.skip(path.stem, "label outside the protocol", word)
            continue
        collected.add(
            Photo(
                dataset=NAME,
                name=path.stem,
                subject=subject,
                split="",
                target=target,
                path=path,
            )
        )
