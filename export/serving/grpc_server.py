"""The gRPC server: services, limits, address."""

from typing import Any

import grpc
from grpc_health.v1 import health_pb2_grpc
from tensorflow_serving.apis import (
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
)

from export.serving.grpc_api import ModelService, PredictionService
from export.serving.grpc_calls import Calls
from export.serving.prediction import Prediction
from export.serving.settings import HEAD_BYTES, Limits, ServerSettings
from fgrmer_tf.errors import InputError


def make(
    prediction: Prediction,
    calls: Calls,
    health: Any,
    settings: ServerSettings,
    limits: Limits,
) -> tuple[grpc.aio.Server, int]:
    """A server that listens and is not started yet.

    Args:
        prediction: What is asked.
        calls: What every call goes through.
        health: Servicer of the health service.
        settings: Address and TLS.
        limits: Sizes and numbers.

    Returns:
        The server and its port.

    Raises:
        InputError: If the port is taken or the TLS files do not fit.
    """
    server = grpc.aio.server(
        maximum_concurrent_rpcs=limits.max_requests,
        options=(
            ("grpc.max_receive_message_length", limits.max_body_bytes),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_metadata_size", HEAD_BYTES),
            # Or two servers share a port, and each gets some of the requests.
            ("grpc.so_reuseport", 0),
            # Uncompressed alone: what is inflated cannot be limited here.
            ("grpc.compression_enabled_algorithms_bitset", 1),
        ),
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(prediction, calls), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        ModelService(prediction, calls), server
    )
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    address = f"{_bracketed(settings.host)}:{settings.grpc_port}"
    try:
        if settings.tls_certificate is None or settings.tls_key is None:
            port = server.add_insecure_port(address)
        else:
            pair = (
                settings.tls_key.read_bytes(),
                settings.tls_certificate.read_bytes(),
            )
            credentials = grpc.ssl_server_credentials([pair])
            port = server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise InputError(
            "gRPC must have a free port, and TLS files that fit. Received: "
            f"{address} ({error}). Choose another with --grpc-port."
        ) from error
    return server, port


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
