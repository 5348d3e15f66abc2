"""Labels of clips over gRPC: grpc_client.py HOST:PORT MODEL PATCHES.npy.

PATCHES.npy: float32 (clips, 30, 7, 7, channels). Needs tensorflow-serving-api.
"""

import sys

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

# A client takes 4 MB at most unless it says more.
_OPTIONS = [("grpc.max_receive_message_length", 64 * 2**20)]


def predict(address: str, model: str, patches: np.ndarray) -> dict[str, np.ndarray]:
    """Logits, probabilities and label, each with a row for every clip."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = "patches"
    request.inputs["patches"].CopyFrom(tf.make_tensor_proto(patches, tf.float32))
    with grpc.insecure_channel(address, _OPTIONS) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        response = stub.Predict(request, timeout=30)
    return {name: tf.make_ndarray(value) for name, value in response.outputs.items()}


if __name__ == "__main__":
    try:
        answer = predict(sys.argv[1], sys.argv[2], np.load(sys.argv[3]))
    except grpc.RpcError as error:
        raise SystemExit(f"{error.code().name}: {error.details()}") from error
    for name, scores in zip(answer["label"], answer["probabilities"], strict=True):
        print(name.decode("utf-8"), scores.tolist())
