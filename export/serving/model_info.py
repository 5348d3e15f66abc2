"""What the server says of the model: status of its versions, and their signatures."""

from typing import Any

from google.protobuf import json_format
from tensorflow.core.protobuf import error_codes_pb2
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2

from export.serving.prediction import Prediction
from export.serving.servable import Servable
from export.serving.status import ServingError, Status

_SIGNATURES = "signature_def"


def status(
    prediction: Prediction, name: str, version: int | None, label: str
) -> get_model_status_pb2.GetModelStatusResponse:
    """State of one version, or of all that the server knows, the newest first.

    Raises:
        ServingError: If there is no such model, version or label.
    """
    if label:
        version = prediction.servable(name, None, label).version
    known = prediction.versions.known if name == prediction.name else {}
    numbers = sorted(known, reverse=True) if version is None else [version]
    if not numbers or not known.keys() >= set(numbers):
        which = "any versions" if version is None else f"version {version}"
        raise ServingError(Status.NOT_FOUND, f"Could not find {which} of model {name}")
    response = get_model_status_pb2.GetModelStatusResponse()
    for number in numbers:
        entry = response.model_version_status.add()
        entry.version, entry.state = number, known[number].state
        error = known[number].error
        entry.status.error_code = 0
        if error is not None:
            entry.status.error_code = error_codes_pb2.Code.Value(error.status.code)
            entry.status.error_message = str(error)
    return response


def metadata(
    prediction: Prediction, servable: Servable
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """Signatures of one version."""
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    response.model_spec.name = prediction.name
    response.model_spec.version.value = servable.version
    response.metadata[_SIGNATURES].Pack(_signatures(servable))
    return response


def _signatures(servable: Servable) -> get_model_metadata_pb2.SignatureDefMap:
    found = get_model_metadata_pb2.SignatureDefMap()
    for name, definition in servable.definitions.items():
        found.signature_def[name].CopyFrom(definition)
    return found


def metadata_json(prediction: Prediction, servable: Servable) -> dict[str, Any]:
    """The same as JSON; nested twice, as TensorFlow Serving has it."""
    return {
        "model_spec": {
            "name": prediction.name,
            "signature_name": "",
            "version": str(servable.version),
        },
        "metadata": {_SIGNATURES: as_json(_signatures(servable))},
    }


def as_json(message: Any) -> dict[str, Any]:
    """A message with all its fields, those at their default too."""
    return json_format.MessageToDict(
        message,
        always_print_fields_with_no_presence=True,
        preserving_proto_field_name=True,
    )
