"""Requests that TensorFlow Serving plays before a version counts as available.

Source:
    tensorflow/serving, `saved_model_warmup`: `assets.extra/tf_serving_warmup_requests`
    is a TFRecord of `PredictionLog`, at most 1000 of them; one that cannot be parsed or
    answered fails the load of the version.
"""

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
    with tf.io.TFRecordWriter(str(folder / EXTRA / NAME)) as file:
        for batch in BATCHES:
            logs = _logs(patches[:batch])
            if takes_frames(card.preprocessing):
                frames = as_inputs(sample_clips(batch))
                logs.append(_predict(FRAMES_SIGNATURE, **frames))
            for log in logs:
                file.write(log.SerializeToString(deterministic=True))


def _logs(patches: np.ndarray) -> list[PredictionLog]:
    examples = serialize(patches)
    return [
        _predict(TENSOR_SIGNATURE, **{PATCHES: patches}),
        _predict(EXAMPLE_SIGNATURE, **{EXAMPLES: examples}),
        _predict(CARD_SIGNATURE, **{FIELD: ["model_id"] * len(patches)}),
        _classify(examples),
    ]


def _predict(signature: str, **inputs: Any) -> PredictionLog:
    log = PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return log


def _classify(examples: list[bytes]) -> PredictionLog:
    log = PredictionLog()
    request = log.classify_log.request
    request.model_spec.signature_name = CLASSIFY_SIGNATURE
    for example in examples:
        request.input.example_list.examples.add().ParseFromString(example)
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
