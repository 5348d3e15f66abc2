"""TensorFlow Serving's own gRPC stubs, pointed at a server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from export.signature import CLASSIFY_SIGNATURE

_TIMEOUT = 60.0


class GrpcClient:
    """Predict and Classify of one model.

    Args:
        address: `HOST:PORT`.
        model: Name of the model.
        token: Bearer token, or `None`.
        secure: Whether the connection is TLS.
        certificate: As for `RestClient`.
    """

    def __init__(
        self,
        address: str,
        model: str,
        *,
        token: str | None = None,
        secure: bool = False,
        certificate: Path | None = None,
    ) -> None:
        # The default of 4 MB is too small for what the server may answer.
        options = [
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
        ]
        if secure:
            roots = None if certificate is None else certificate.read_bytes()
            credentials = grpc.ssl_channel_credentials(roots)
            channel = grpc.secure_channel(address, credentials, options)
        else:
            channel = grpc.insecure_channel(address, options)
        self._channel = channel
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        self.model = model

    def close(self) -> None:
        """Hangs up."""
        self._channel.close()

    def predict(
        self,
        signature: str,
        inputs: Mapping[str, Any],
        *,
        model: str | None = None,
        version: int | None = None,
        label: str | None = None,
        output_filter: tuple[str, ...] = (),
    ) -> predict_pb2.PredictResponse:
        """Predict; raises `grpc.RpcError` when the server refuses."""
        request = predict_pb2.PredictRequest()
        request.model_spec.name = model or self.model
        request.model_spec.signature_name = signature
        if version is not None:
            request.model_spec.version.value = version
        if label is not None:
            request.model_spec.version_label = label
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        request.output_filter.extend(output_filter)
        return self._stub.Predict(request, _TIMEOUT, metadata=self._metadata)

    def outputs(
        self, signature: str, inputs: Mapping[str, Any], **options: Any
    ) -> dict[str, np.ndarray]:
        """What `predict` gives, as arrays by name."""
        response = self.predict(signature, inputs, **options)
        return {
            name: tf.make_ndarray(value) for name, value in response.outputs.items()
        }

    def classify(
        self, examples: list[bytes]
    ) -> classification_pb2.ClassificationResponse:
        """Classify of serialized `tf.train.Example`s."""
        request = classification_pb2.ClassificationRequest()
        request.model_spec.name = self.model
        request.model_spec.signature_name = CLASSIFY_SIGNATURE
        for example in examples:
            request.input.example_list.examples.add().ParseFromString(example)
        return self._stub.Classify(request, _TIMEOUT, metadata=self._metadata)


def refusal(client: GrpcClient, *arguments: Any, **options: Any) -> tuple[str, str]:
    """Status code and message of a `predict` that should fail; `("OK", "")` if not."""
    try:
        client.predict(*arguments, **options)
    except grpc.RpcError as error:
        found: Any = error
        return found.code().name, found.details() or ""
    return "OK", ""
