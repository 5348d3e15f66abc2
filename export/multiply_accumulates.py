"""How much a model computes, read from its graph."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf


def multiply_accumulates(model: keras.Model) -> int:
    """Multiply-accumulates of one sample: convolutions and matrix products.

    Counted in the traced graph, not by formulas per layer, so that nothing a layer
    computes inside is missed. Elementwise work is left out, as is usual.

    Args:
        model: A functional model whose inputs have fixed sizes beside the batch.

    Returns:
        Number for a batch of 1.

    Raises:
        ValueError: If an operation's size is not known before it runs.
    """
    signature = {
        name: tf.TensorSpec((1, *tensor.shape[1:]), tensor.dtype)
        for name, tensor in model.input.items()
    }
    function: Any = tf.function(lambda inputs: model(inputs, training=False))
    graph = function.get_concrete_function(signature).graph
    return sum(_of_operation(one) for one in graph.get_operations())


def _of_operation(operation: Any) -> int:
    if operation.type == "Conv2D":
        height, width, channels, _ = operation.inputs[1].shape
        return _size(operation) * int(height * width * channels)
    if operation.type == "DepthwiseConv2dNative":
        height, width, _, _ = operation.inputs[1].shape
        return _size(operation) * int(height * width)
    if operation.type in ("MatMul", "BatchMatMulV2"):
        turned = "transpose_a" if operation.type == "MatMul" else "adj_x"
        row = -2 if operation.get_attr(turned) else -1
        return _size(operation) * int(operation.inputs[0].shape[row])
    if operation.type == "Einsum":
        raise ValueError(f"An einsum is not counted. Received: `{operation.name}`.")
    return 0


def _size(operation: Any) -> int:
    shape = operation.outputs[0].shape
    if not shape.is_fully_defined():
        raise ValueError(
            "Every product must have a size that is known before it runs. "
            f"Received: `{operation.name}` with {shape}."
        )
    return int(np.prod(shape))
