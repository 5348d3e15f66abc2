"""Plays the warm-up requests of a version before it counts as available."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from export.saved_model import EXTRA
from export.serving import tensor_protos
from export.serving.servable import DEFAULT_SIGNATURE, Arrays, Servable
from export.serving.status import ServingError, Status
from export.signature import INPUTS
from export.warmup import MOST_RECORDS, NAME

_SEVERAL, _TRIES = 4, 3
_WORTH = _SEVERAL / 2
"""Times one row that `_SEVERAL` rows may take to be run together."""


def warm(folder: Path, servable: Servable, sizes: Sequence[int] = ()) -> int:
    """Plays the file of warm-up requests, if there is one.

    Args:
        folder: The version.
        servable: The same, loaded.
        sizes: Numbers of rows to play the first request of each signature with, too:
            kernels are prepared for each size anew, and no client shall wait for it.
            A signature whose rows take as long together as one by one, because each
            is work enough, is not joinable any more.

    Returns:
        Requests played.

    Raises:
        ServingError: If the file is no TFRecord, holds more than 1000 requests, or one
            of them cannot be parsed or fails.
    """
    path = folder / EXTRA / NAME
    if not path.is_file():
        return 0
    try:
        records = [record.numpy() for record in tf.data.TFRecordDataset(str(path))]
        logs = [PredictionLog.FromString(record) for record in records]
    except (tf.errors.DataLossError, DecodeError) as error:
        raise ServingError(
            Status.DATA_LOSS, f"The warm-up file cannot be read: {error}"
        ) from error
    if len(logs) > MOST_RECORDS:
        raise ServingError(
            Status.INVALID_ARGUMENT,
            f"A warm-up file may hold {MOST_RECORDS} requests, not {len(logs)}",
        )
    played = set()
    for log in logs:
        signature, inputs = _request(log, servable)
        servable.run(signature, inputs)
        known = servable.signatures[signature]
        if sizes and known.joinable and signature not in played:
            known.joinable = _is_worth_joining(servable, signature, inputs)
            for size in sizes if known.joinable else ():
                servable.run(signature, _resized(inputs, size))
        played.add(signature)
    return len(logs)


def _is_worth_joining(servable: Servable, signature: str, inputs: Arrays) -> bool:
    """Whether several rows take much less time together than one by one."""

    def seconds(rows: int) -> float:
        asked, took = _resized(inputs, rows), []
        for _ in range(_TRIES):
            # Of this thread, in which it runs: others may be busy.
            started = time.thread_time()
            servable.run(signature, asked)
            took.append(time.thread_time() - started)
        return min(took)

    return seconds(_SEVERAL) < _WORTH * seconds(1)


def _resized(inputs: Arrays, size: int) -> Arrays:
    """The rows of a request again and again, `size` of them."""
    return {
        name: np.resize(array, (size, *array.shape[1:]))
        for name, array in inputs.items()
    }


def _request(log: PredictionLog, servable: Servable) -> tuple[str, Arrays]:
    kind = log.WhichOneof("log_type")
    if kind not in ("predict_log", "classify_log"):
        raise ServingError(
            Status.UNIMPLEMENTED, f"A warm-up request of kind {kind} is not supported"
        )
    request = getattr(log, kind).request
    name = request.model_spec.signature_name or DEFAULT_SIGNATURE
    signature = servable.signatures.get(name)
    if signature is None:
        raise ServingError(
            Status.FAILED_PRECONDITION, f"A warm-up request names signature {name}"
        )
    if kind == "classify_log":
        serialized = np.empty(len(request.input.example_list.examples), object)
        serialized[:] = [
            example.SerializeToString()
            for example in request.input.example_list.examples
        ]
        signature.require_names({INPUTS})
        signature.require(INPUTS, "string", serialized.shape)
        return name, {INPUTS: serialized}
    signature.require_names(set(request.inputs))
    return name, {
        key: tensor_protos.read(key, value, signature, np.iinfo(np.int32).max)
        for key, value in request.inputs.items()
    }
