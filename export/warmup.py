"""Requests that TensorFlow Serving plays before a version counts as available.

Source:
    tensorflow/serving, `saved_model_warmup`: `assets.extra/tf_serving_warmup_requests`
    is a TFRecord of `PredictionLog`, at most 1000 of them; one that cannot be parsed or
    answered fails the load of the version.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from export.card import NAME as CARD
from export.card import read_card
from export.errors import ExportError
from export.frames.sample import as_inputs, sample_clips
from export.runners import serialize
from export.saved_model import EXTRA
from export.signature import (
    CARD_SIGNATURE,
    CLASSIFY_SIGNATURE,
    EXAMPLE_SIGNATURE,
    EXAMPLES,
    FIELD,
    FRAMES_SIGNATURE,
    INPUTS,
    PATCHES,
    TENSOR_SIGNATURE,
    takes_frames,
)

Requests = dict[str, dict[str, Any]]
"""Inputs by name, of each signature."""
NAME = "tf_serving_warmup_requests"
MOST_RECORDS = 1000
BATCHES = (1, 5)
"""Sizes that are played: one clip, and several, which take other paths."""


def write(folder: Path, patches: np.ndarray) -> None:
    """Makes the requests anew for the SavedModel in `folder`.

    Writes:
        `assets.extra/tf_serving_warmup_requests`: every signature at each of
        `BATCHES`.

    Args:
        folder: A SavedModel that has its `assets.extra`, with the card.
        patches: float32 `(batch, landmarks, patch_h, patch_w, channels)`, as many as
            the largest of `BATCHES` or more.
    """
    card = read_card((folder / EXTRA / CARD).read_text(encoding="utf-8"))

    def requests(batch: int) -> Requests:
        examples = serialize(patches[:batch])
        asked: Requests = {
            TENSOR_SIGNATURE: {PATCHES: patches[:batch]},
            EXAMPLE_SIGNATURE: {EXAMPLES: examples},
            CLASSIFY_SIGNATURE: {INPUTS: examples},
        }
        if takes_frames(card.preprocessing):
            asked[FRAMES_SIGNATURE] = as_inputs(sample_clips(batch))
        return asked

    write_requests(folder, requests)


def write_requests(folder: Path, requests: Callable[[int], Requests]) -> None:
    """Makes the file of requests anew, of what is asked and of the card.

    Args:
        folder: A SavedModel that has its `assets.extra`.
        requests: Inputs by name for every signature but `card`, for so many rows.
    """
    with tf.io.TFRecordWriter(str(folder / EXTRA / NAME)) as file:
        for batch in BATCHES:
            asked = requests(batch) | {CARD_SIGNATURE: {FIELD: ["model_id"] * batch}}
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


def replay(folder: Path) -> int:
    """Plays the requests of a SavedModel, as a server would when it loads it.

    Returns:
        Number of requests played.

    Raises:
        ExportError: If there is no request or more than `MOST_RECORDS`, one cannot be
            parsed, names a signature or inputs that the model has not, or fails.
    """
    path = folder / EXTRA / NAME
    try:
        records = [record.numpy() for record in tf.data.TFRecordDataset(str(path))]
    except (tf.errors.NotFoundError, tf.errors.DataLossError) as error:
        raise ExportError(f"The warm-up file must be a TFRecord: {error}") from error
    if not 1 <= len(records) <= MOST_RECORDS:
        raise ExportError(
            f"A warm-up file must hold 1 to {MOST_RECORDS} requests, not "
            f"{len(records)}."
        )
    model = tf.saved_model.load(str(folder))
    for number, record in enumerate(records, start=1):
        try:
            _play(model.signatures, PredictionLog.FromString(record))
        except (DecodeError, KeyError, TypeError, tf.errors.OpError) as error:
            raise ExportError(
                f"Warm-up request {number} of {len(records)} fails, and with it every "
                f"load by a server: {error!r}"
            ) from error
    return len(records)


def _play(signatures: Any, log: PredictionLog) -> None:
    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        request = log.predict_log.request
        inputs = {
            name: tf.constant(tf.make_ndarray(value))
            for name, value in request.inputs.items()
        }
    elif kind == "classify_log":
        request = log.classify_log.request
        examples = request.input.example_list.examples
        inputs = {INPUTS: tf.constant([e.SerializeToString() for e in examples])}
    else:
        raise TypeError(f"{kind} is no request to these signatures")
    signatures[request.model_spec.signature_name](**inputs)
