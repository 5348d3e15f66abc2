"""TensorFlow's SavedModel, laid out for TensorFlow Serving."""

from pathlib import Path

import tensorflow as tf

from export.card import NAME, ModelCard
from export.serving_module import ServingModule

EXTRA = "assets.extra"
"""Folder of a SavedModel that the graph does not read and TensorFlow Serving knows."""


def write(module: ServingModule, card: ModelCard, folder: Path) -> None:
    """Saves every signature of `module`.

    Writes:
        A SavedModel with the tag `serve` in `folder`, and in its `assets.extra` the
        card.
    """
    # The functions name the Python source they came from: paths of this machine.
    options = tf.saved_model.SaveOptions(save_debug_info=False)
    tf.saved_model.save(module, str(folder), signatures=module.served, options=options)
    extra = folder / EXTRA
    extra.mkdir()
    (extra / NAME).write_text(card.json(), encoding="utf-8")
