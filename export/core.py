"""The trained model as one frozen graph: what never sees a clip is computed once."""

import dataclasses
import math
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.framework import graph_pb2
from tensorflow.core.protobuf import config_pb2
from tensorflow.lite.python.util import run_graph_optimizations
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from export.signature import LOGITS, PROBABILITIES


@dataclasses.dataclass(frozen=True, kw_only=True)
class GraphSize:
    """How much there is to run and to store.

    Args:
        operators: Nodes that compute, without constants and placeholders.
        numbers: Values held in floating-point constants.
    """

    operators: int
    numbers: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Core:
    """A model from one tensor to logits and probabilities, without variables.

    Args:
        graph: Serialized `GraphDef` from one placeholder, such as `patches`, to the
            operators `logits` and `probabilities`; equal for equal models.
        before: Size as traced.
        after: Size after folding.
    """

    graph: bytes
    before: GraphSize
    after: GraphSize


def fold(graph: Any) -> Core:
    """Freezes the tensor function of `graph` and computes its constant parts.

    AU embeddings that no clip weighs pass the graph convolution here and never again;
    so do the normalised adjacency and the scale of the batch normalisation.

    Args:
        graph: `ServingGraph` or `TransferGraph`: `tensors` is what is folded.
    """
    frozen = convert_variables_to_constants_v2(graph.tensors.get_concrete_function())
    traced = frozen.graph.as_graph_def()
    settings = config_pb2.ConfigProto()
    rewrite = settings.graph_options.rewrite_options
    rewrite.optimizers.extend(["constfold", "dependency"])
    # The default leaves small graphs alone.
    rewrite.min_graph_nodes = -1
    folded = run_graph_optimizations(
        traced, frozen.inputs, frozen.outputs, settings, frozen.graph
    )
    # Versions of the producer alone: a debug path of this machine must not travel.
    folded.ClearField("debug_info")
    _name_outputs(folded, [tensor.op.name for tensor in frozen.outputs])
    return Core(
        graph=folded.SerializeToString(deterministic=True),
        before=_size(traced),
        after=_size(folded),
    )


def _name_outputs(graph: graph_pb2.GraphDef, names: list[str]) -> None:
    # A traced dict gives its tensors in the order of their sorted keys.
    wanted = dict(zip(names, sorted((LOGITS, PROBABILITIES)), strict=True))
    for node in graph.node:
        node.name = wanted.get(node.name, node.name)


def _size(graph: graph_pb2.GraphDef) -> GraphSize:
    constants = [node for node in graph.node if node.op == "Const"]
    tensors = [node.attr["value"].tensor for node in constants]
    passive = ("Const", "Placeholder", "Identity", "NoOp")
    return GraphSize(
        operators=sum(node.op not in passive for node in graph.node),
        numbers=sum(
            math.prod(size.size for size in tensor.tensor_shape.dim)
            for tensor in tensors
            if tf.as_dtype(tensor.dtype).is_floating
        ),
    )


def core_function(graph: bytes) -> tuple[Any, int]:
    """The function that `Core.graph` holds.

    Args:
        graph: What `fold` made.

    Returns:
        `tf.function` of the one input, float32 with a free first axis, under the name
        that it has in the graph: gives `logits` and `probabilities`; and the size of
        its last axis, the number of channels.

    Raises:
        ValueError: If `graph` is no such graph.
    """
    try:
        definition = graph_pb2.GraphDef.FromString(graph)
    except DecodeError as error:
        raise ValueError("The folded graph is damaged.") from error
    (given,) = [node for node in definition.node if node.op == "Placeholder"]
    _, *sizes = [axis.size for axis in given.attr["shape"].shape.dim]
    spec = tf.TensorSpec((None, *sizes), tf.float32, given.name)

    @tf.function(input_signature=[spec])
    def tensors(values):
        logits, probabilities = tf.graph_util.import_graph_def(
            definition,
            input_map={f"{given.name}:0": values},
            return_elements=[f"{LOGITS}:0", f"{PROBABILITIES}:0"],
            name="",
        )
        return {LOGITS: logits, PROBABILITIES: probabilities}

    return tensors, sizes[-1]
