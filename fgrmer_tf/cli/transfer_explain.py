"""Where TransFER looks in pictures: a grid over the faces, and the numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.cli.console import say, start_landmarks
from fgrmer_tf.cli.photo_squares import photo_paths, photo_squares
from fgrmer_tf.cli.transfer_trained import load_transfer
from fgrmer_tf.errors import InputError

GRID_FILE, VALUES_FILE = "attention.png", "attention.json"


def explain_photos(run: Path, given: Sequence[Path], out: Path) -> None:
    """Draws the attention maps of every picture.

    Writes:
        `out/attention.png`: a row a picture; `out/attention.json`: the maps, and what
        the model says.

    Args:
        run: Trained run with at least one local attention.
        given: Pictures, and folders of them.
        out: Folder, made when missing.

    Raises:
        InputError: If a path is not there, no picture can be shown to the model, or the
            model has no local attention.
    """
    paths = photo_paths(given)
    from fgrmer_tf.evaluation.results import softmax
    from fgrmer_tf.models.transfer_attention import attention_maps
    from fgrmer_tf.report.attention_maps import attention_grid
    from fgrmer_tf.report.figures import png

    model, constants = load_transfer(run)
    try:
        shown = attention_maps(model)
    except ValueError as error:
        raise InputError(f"{error}. Give a run with local attentions.") from error
    if constants.alignment == "face":
        start_landmarks()
    taken: Any = model.input
    side = taken["images"].shape[1]
    photos = list(photo_squares(paths, side, constants.alignment))
    for photo in photos:
        if photo.square is None:
            say(f"left out: {photo.path}, {photo.note}")
    kept = [(p.path, p.square) for p in photos if p.square is not None]
    if not kept:
        raise InputError(
            f"At least one picture must be usable. Received: none of {len(photos)}."
        )
    squares = np.stack([square for _, square in kept])
    mean = np.asarray(constants.mean, np.float32)
    deviation = np.asarray(constants.deviation, np.float32)
    inputs = {"images": (squares - mean) / deviation}
    maps = {name: np.asarray(value) for name, value in shown(inputs).items()}
    logits = np.asarray(model(inputs, training=False)["logits"])
    probability = softmax(logits)
    best = [constants.class_names[row] for row in probability.argmax(axis=1)]
    figure = attention_grid(squares, titles=best, **maps)
    atomic.write_bytes(out / GRID_FILE, png(figure))
    atomic.write_json(
        out / VALUES_FILE,
        {
            "images": [str(path) for path, _ in kept],
            "class_names": list(constants.class_names),
            "probabilities": probability.tolist(),
            **{name: value.tolist() for name, value in maps.items()},
        },
    )
    say(f"attention: {out / GRID_FILE}")
