"""Rows about what a server says of its model: names, dtypes, shapes, state."""

import collections

import tensorflow as tf
from tensorflow.core.framework import types_pb2

from export.conformance.check import require
from export.conformance.target import Target
from export.signature import BATCH, FRAMES_SIGNATURE, signatures

_REST_TYPES = {"float32", "uint8", "int32", "int64", "string"}


def _tensors(infos: dict) -> dict:
    """Metadata as the server tells it, in the form of `export.signature`."""
    return {
        name: {
            "dtype": tf.as_dtype(types_pb2.DataType.Value(info["dtype"])).name,
            "shape": [
                BATCH if size == -1 else size
                for size in (int(dim["size"]) for dim in info["tensor_shape"]["dim"])
            ],
        }
        for name, info in infos.items()
    }


def described(target: Target) -> dict:
    """Names, dtypes and shapes that the server tells."""
    return {
        name: {
            "inputs": _tensors(found["inputs"]),
            "outputs": _tensors(found["outputs"]),
        }
        for name, found in target.metadata.items()
        if name != "__saved_model_init_op"
    }


def names_and_shapes(target: Target) -> str:
    """A2, A27: metadata against the one home of names, dtypes and shapes."""
    wanted = signatures(
        "savedmodel",
        channels=target.channels,
        num_classes=target.num_classes,
        frames=FRAMES_SIGNATURE in target.metadata,
    )
    found = described(target)
    require(found == wanted, f"metadata says {found}")
    methods = {target.metadata[name]["method_name"] for name in wanted}
    require(methods == {"tensorflow/serving/predict"}, f"methods {methods}")
    return f"{len(found)} signatures"


def available(target: Target) -> str:
    """A27: the status of the version that answers, then its metadata."""
    answer = target.rest.get(target.path)
    require(answer.status == 200, f"HTTP {answer.status} {answer.body}")
    states = collections.Counter(
        entry["state"] for entry in answer.body["model_version_status"]
    )
    require(states["AVAILABLE"] >= 1, f"states {dict(states)}")
    return f"{dict(states)}; {names_and_shapes(target)}"


def first_axes(target: Target) -> str:
    """A9: no signature has outputs that a row form would have to refuse."""
    firsts = {
        f"{signature}.{name}": info["shape"][0]
        for signature, found in described(target).items()
        for name, info in found["outputs"].items()
    }
    require(set(firsts.values()) == {BATCH}, f"first axes {firsts}")
    return "the batch is the first axis of every output"


def input_types(target: Target) -> str:
    """A20: no input has a dtype that REST cannot carry."""
    types = {
        info["dtype"]
        for found in described(target).values()
        for info in found["inputs"].values()
    }
    require(types <= _REST_TYPES, f"inputs of {sorted(types - _REST_TYPES)}")
    return ", ".join(sorted(types))
