"""The expression in pictures: a table with one row each."""

import csv
import io
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.cli.console import console, progress, say, start_landmarks
from fgrmer_tf.cli.photo_squares import PhotoSquare, photo_paths, photo_squares
from fgrmer_tf.cli.transfer_trained import BATCH, PhotoPredictor, load_photo_predictor

_SHOWN = 20
"""Pictures up to which each is printed."""


def predict_photos(
    model: Path, given: Sequence[Path], table: Path, as_json: bool
) -> None:
    """Says the expression in every picture.

    Writes:
        `table`: CSV with `image`, `label`, the probability of every class and `note`.
        Where the model cannot be asked, `label` is empty, probabilities are `nan` and
        `note` says why.

    Args:
        model: Run or export of TransFER.
        given: Pictures, and folders of them.
        table: File to write.
        as_json: Whether rows are printed as one JSON array.

    Raises:
        InputError: If a path is not there, holds no picture, or `model` is none.
    """
    paths = photo_paths(given)
    predictor = load_photo_predictor(model)
    if predictor.alignment == "face":
        start_landmarks()
    rows: list[tuple[PhotoSquare, np.ndarray]] = []
    with progress("pictures") as update:
        squares = photo_squares(paths, predictor.side, predictor.alignment)
        while part := list(itertools.islice(squares, BATCH)):
            rows += zip(part, _probabilities(predictor, part), strict=True)
            update(len(rows), len(paths))
    names = predictor.class_names
    atomic.write_text(table, _csv(rows, names))
    missing = sum(photo.square is None for photo, _ in rows)
    if as_json:
        print(json.dumps([_record(*row, names) for row in rows]))
    elif len(rows) <= _SHOWN:
        for photo, values in rows:
            best = photo.note or f"{names[values.argmax()]} {values.max():.3f}"
            console.print(f"{photo.path}  {best}", highlight=False, markup=False)
    say(f"{len(rows)} pictures, {missing} without an answer; table: {table}")


def _probabilities(predictor: PhotoPredictor, part: list[PhotoSquare]) -> np.ndarray:
    """`(pictures, num_classes)`, NaN where there is no square."""
    asked = [row for row, photo in enumerate(part) if photo.square is not None]
    values = np.full((len(part), len(predictor.class_names)), np.nan)
    if asked:
        squares = [photo.square for photo in part if photo.square is not None]
        values[asked] = predictor.probabilities(np.stack(squares))
    return values


def _label(values: np.ndarray, names: tuple[str, ...]) -> str:
    return "" if np.isnan(values).any() else names[values.argmax()]


def _csv(rows: list[tuple[PhotoSquare, np.ndarray]], names: tuple[str, ...]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("image", "label", *names, "note"))
    for photo, values in rows:
        numbers = (f"{value:.6f}" for value in values)
        writer.writerow((photo.path, _label(values, names), *numbers, photo.note))
    return text.getvalue()


def _record(photo: PhotoSquare, values: np.ndarray, names: tuple[str, ...]) -> dict:
    known = photo.square is not None
    return {
        "image": str(photo.path),
        "label": _label(values, names) or None,
        # JSON has no NaN.
        "probabilities": dict(zip(names, values.tolist(), strict=True))
        if known
        else None,
        "note": photo.note,
    }
