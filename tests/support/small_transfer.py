"""A small TransFER, with random weights or trained on coloured discs."""

import dataclasses
import functools
import json

import keras
import numpy as np

from fgrmer_tf.models.transfer import build_transfer
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from fgrmer_tf.transfer_experiments import TRANSFER_TINY

COLOURS = {
    "anger": (255, 0, 0),
    "joy": (0, 255, 0),
    "fear": (0, 0, 255),
    "calm": (255, 255, 0),
    "awe": (0, 255, 255),
}
CLASSES = tuple(COLOURS)
CONFIG = dataclasses.replace(
    TRANSFER_TINY,
    num_classes=len(CLASSES),
    image_size=32,
    stem_filters=(8, 16),
    stem_units=(1, 1),
    encoder_depth=1,
)


def small_transfer(seed=7):
    """The model; its classifier, which starts at zero, is drawn too."""
    keras.utils.set_random_seed(seed)
    model = build_transfer(CONFIG)
    kernel = model.get_layer("logits").kernel
    kernel.assign(np.random.default_rng(seed).normal(0, 0.5, kernel.shape))
    return model


def pictures(count, seed=7, size=CONFIG.image_size):
    """Discs on coloured grounds, uint8 `(count, size, size, 3)`, and their labels."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, len(CLASSES), count)
    y, x = np.indices((size, size))
    drawn = []
    for colour in np.array(list(COLOURS.values()))[label]:
        left, top = rng.uniform(0.3, 0.7, 2) * size
        inside = (x - left) ** 2 + (y - top) ** 2 < (size / 3) ** 2
        drawn.append(np.where(inside[..., None], colour, rng.uniform(0, 255, 3)))
    return np.uint8(drawn), label


@functools.cache
def trained_transfer():
    """The model once it knows the colours: its answers are far apart."""
    model = small_transfer()
    pixels, label = pictures(160, seed=5)
    model.compile(
        keras.optimizers.Adam(3e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    inputs = {"images": normalised(pixels)}
    model.fit(inputs, {"logits": label}, epochs=10, batch_size=32, verbose=0)
    return model


def normalised(pixels):
    return (pixels - np.float32(IMAGE_MEAN)) / np.float32(IMAGE_DEVIATION)


def logits(model, pixels):
    return np.asarray(model({"images": normalised(pixels)}, training=False)["logits"])


def write_run(folder, model, alignment="none", store="none"):
    """A run folder as `fgrmer transfer train` leaves it."""
    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    settings = {
        "system": "transfer",
        "class_names": CLASSES,
        "image_size": CONFIG.image_size,
        "normalization": {"mean": IMAGE_MEAN, "deviation": IMAGE_DEVIATION},
        "alignment": alignment,
        "store": store,
    }
    (folder / "config.json").write_text(json.dumps(settings))
    return folder
