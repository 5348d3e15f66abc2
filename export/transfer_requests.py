"""What every signature of an exported TransFER is asked, for images as they are.

An image that has the model's size already, and points that lie where the canonical face
has them, go through decoding, cropping and turning unchanged: the answers must be those
to the tensor itself.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from export import warmup
from export.signature import CLASSIFY_SIGNATURE, INPUTS
from export.transfer_signature import (
    ALIGNED_SIGNATURE,
    BYTES_SIGNATURE,
    IMAGE_BYTES,
    IMAGES,
    POINTS,
)
from input_pipeline.align import CANONICAL


def requests(pixels: np.ndarray) -> warmup.Requests:
    """Inputs by name for every signature but `card`.

    Args:
        pixels: uint8 `(batch, size, size, 3)`.
    """
    files = [tf.io.encode_png(image).numpy() for image in pixels]
    points = np.float32(CANONICAL * pixels.shape[1])
    return {
        IMAGES: {IMAGES: pixels.astype(np.float32)},
        BYTES_SIGNATURE: {IMAGE_BYTES: files},
        ALIGNED_SIGNATURE: {
            IMAGE_BYTES: files,
            POINTS: np.tile(points, (len(files), 1, 1)),
        },
        CLASSIFY_SIGNATURE: {INPUTS: [_example(file) for file in files]},
    }


def _example(file: bytes) -> bytes:
    held = tf.train.Feature(bytes_list=tf.train.BytesList(value=[file]))
    features = tf.train.Features(feature={IMAGE_BYTES: held})
    return tf.train.Example(features=features).SerializeToString()


def write_warmup(folder: Path, pixels: np.ndarray) -> None:
    """Makes the requests that a server plays, as `warmup.write` does.

    Args:
        folder: A SavedModel that has its `assets.extra`.
        pixels: uint8 `(batch, size, size, 3)`, as many as the largest of
            `warmup.BATCHES` or more.
    """
    warmup.write_requests(folder, lambda batch: requests(pixels[:batch]))
