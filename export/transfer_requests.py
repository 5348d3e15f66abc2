"""What every signature of an exported TransFER is asked, for images as they are.

An image that has the model's size already, and points that lie where the canonical face
has them, go through decoding, cropping and turning unchanged: the answers must be those
to the tensor itself.
"""

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from export import warmup
from export.saved_model import EXTRA
from export.signature import CARD_SIGNATURE, CLASSIFY_SIGNATURE, FIELD, INPUTS
from export.transfer_signature import (
    ALIGNED_SIGNATURE,
    BYTES_SIGNATURE,
    IMAGE_BYTES,
    IMAGES,
    POINTS,
)
from input_pipeline.align import CANONICAL


def requests(pixels: np.ndarray) -> dict[str, dict[str, Any]]:
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
    with tf.io.TFRecordWriter(str(folder / EXTRA / warmup.NAME)) as file:
        for batch in warmup.BATCHES:
            asked = requests(pixels[:batch])
            asked[CARD_SIGNATURE] = {FIELD: ["model_id"] * batch}
            for signature, inputs in asked.items():
                log = _log(signature, inputs)
                file.write(log.SerializeToString(deterministic=True))


def _log(signature: str, inputs: dict[str, Any]) -> PredictionLog:
    log = PredictionLog()
    if signature == CLASSIFY_SIGNATURE:
        classify = log.classify_log.request
        classify.model_spec.signature_name = signature
        for example in inputs[INPUTS]:
            classify.input.example_list.examples.add().ParseFromString(example)
        return log
    predict = log.predict_log.request
    predict.model_spec.signature_name = signature
    for name, values in inputs.items():
        predict.inputs[name].CopyFrom(tf.make_tensor_proto(values))
    return log
