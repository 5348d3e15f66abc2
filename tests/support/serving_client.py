"""A server within the test's process, and plain HTTP and the real stubs to ask it."""

import asyncio
import contextlib
import http.client
import json
import threading
import time
from types import SimpleNamespace

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from export.serving.server import Server
from export.serving.settings import BatchingSettings, Limits, ServerSettings

WAIT = 30


class Client:
    """Asks one server on the loopback."""

    def __init__(self, rest_port, grpc_port, name):
        self.rest_port, self.grpc_port, self.name = rest_port, grpc_port, name
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{grpc_port}",
            options=[("grpc.max_receive_message_length", -1)],
        )
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(
            self.channel
        )
        self.models = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def http(self, path, body=None, *, method=None, headers=(), port=None):
        """Status and body of one request; a JSON body is parsed."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", port or self.rest_port, timeout=WAIT
        )
        with contextlib.closing(connection):
            connection.request(
                method or ("GET" if body is None else "POST"),
                path,
                body if isinstance(body, bytes | None) else json.dumps(body),
                dict(headers),
            )
            response = connection.getresponse()
            data = response.read()
        if response.getheader("Content-Type") == "application/json":
            data = json.loads(data)
        return SimpleNamespace(status=response.status, body=data)

    def post(self, body, *, method="predict", where="", name=None, headers=()):
        """Asks the model by REST."""
        path = f"/v1/models/{name or self.name}{where}:{method}"
        return self.http(path, body, method="POST", headers=headers)

    def request(self, inputs, *, signature="", outputs=(), **spec):
        """A request to Predict."""
        request = predict_pb2.PredictRequest()
        request.model_spec.name = spec.get("name", self.name)
        request.model_spec.signature_name = signature
        if "version" in spec:
            request.model_spec.version.value = spec["version"]
        if "label" in spec:
            request.model_spec.version_label = spec["label"]
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(
                value if hasattr(value, "tensor_shape") else tf.make_tensor_proto(value)
            )
        request.output_filter.extend(outputs)
        return request

    def predict(self, inputs, **arguments):
        """Asks by gRPC: arrays by name."""
        request = self.request(inputs, **arguments)
        response = self.prediction.Predict(request, timeout=WAIT)
        return {n: tf.make_ndarray(value) for n, value in response.outputs.items()}

    def refusal(self, inputs, **arguments):
        """Name of the gRPC status, and the message, of a request that fails."""
        try:
            self.predict(inputs, **arguments)
        except grpc.RpcError as error:
            return error.code().name, error.details()
        raise AssertionError("the request was answered")

    def patient(self, holds):
        """Waits until `holds()`."""
        end = time.monotonic() + WAIT
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.02)


@contextlib.contextmanager
def running(folder, *, batching=None, limits=None, **settings):
    """A server in a thread of this process."""
    chosen = ServerSettings(
        folder=folder, rest_port=0, grpc_port=0, poll_seconds=0.05, **settings
    )
    lines = []
    server = Server(
        chosen, batching or BatchingSettings(), limits or Limits(), lines.append
    )
    started, failed = threading.Event(), []

    def run():
        try:
            asyncio.run(server.run(started.set))
        except BaseException as error:
            failed.append(error)
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(WAIT)
    try:
        if failed:
            raise failed[0]
        client = Client(server.rest_port, server.grpc_port, chosen.model_name)
        client.lines, client.server, client.thread = lines, server, thread
        yield client
        client.channel.close()
    finally:
        server.stop()
        thread.join(WAIT)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def random_patches(rows, seed=3):
    """Clips as the small model takes them."""
    shape = (rows, 30, 7, 7, 3)
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)
