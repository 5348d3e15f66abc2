"""Plays the warm-up requests of a version before it counts as available."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from export.saved_model import EXTRA
from export.serving import tensor_protos
from export.serving.servable import DEFAULT_SIGNATURE, Arrays, Servable
from export.serving.status import ServingError, Status
from export.warmup import MOST_RECORDS, NAME


def warm(folder: Path, servable: Servable) -> int:
    """Plays the file of warm-up requests, if there is one.

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
    for log in logs:
        signature, inputs = _request(log, servable)
        servable.run(signature, inputs)
    return len(logs)


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
        (only,) = signature.inputs
        return name, {only: serialized}
    signature.require_names(set(request.inputs))
    return name, {
        key: tensor_protos.read(key, value, signature, np.iinfo(np.int32).max)
        for key, value in request.inputs.items()
    }
