"""The network of a shape path, read out of its LiteRT file, with constants for weights.

What an export computes must be what the pipeline computed, and that runs the file.
"""

import hashlib
from typing import Any

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as litert

from export.errors import ExportError
from input_pipeline.magnification.network import TRAITS, build_magnet
from input_pipeline.magnification.parts import Form
from input_pipeline.magnification.shape_export import shape_encoder, traits_of
from input_pipeline.magnification.shape_path import ENCODE, MAGNIFY, ShapePath


class ShapeNetwork:
    """Encoder and manipulator without variables.

    Args:
        model: What `shape_export.to_litert` gave.

    Attributes:
        traits: What a user of the network has to know, `ShapeTraits`.
        channels: Channels of a shape.
        digest: SHA-256 of `model`.

    Raises:
        InputError: At construction, if `model` is no shape path.
        ExportError: At construction, if its kernels are not those of a form of the
            network that is known.
    """

    def __init__(self, model: bytes) -> None:
        self.traits = ShapePath(model).traits
        self.digest = hashlib.sha256(model).hexdigest()
        kernels = {name: _kernels(model, name) for name in (ENCODE, MAGNIFY)}
        forms: list[Form] = [
            form
            for form, traits in TRAITS.items()
            if traits.identity_factor == self.traits.identity_factor
        ]
        width = kernels[ENCODE][0].shape[-1] if kernels[ENCODE] else 1
        magnet = build_magnet(forms[0], width=width, decoder_blocks=1)
        self._encoder = shape_encoder(magnet)
        self._manipulator = magnet.manipulator
        self._kernels = kernels
        for name, part in ((ENCODE, self._encoder), (MAGNIFY, self._manipulator)):
            wanted = [tuple(kernel.shape) for kernel in part.trainable_variables]
            found = [kernel.shape for kernel in kernels[name]]
            if found != wanted or traits_of(magnet) != self.traits:
                raise ExportError(
                    f"The shape path must be the network of the form `{forms[0]}`. Its "
                    f"`{name}` has kernels of {found}, not {wanted}."
                )
        self.channels = int(self._encoder.outputs[0].shape[-1])

    def encode(self, frames: tf.Tensor) -> tf.Tensor:
        """Shapes of frames.

        Args:
            frames: float32 `(batch, height, width, 3)` in [-1, 1], sides even.

        Returns:
            float32 `(batch, height / 2, width / 2, channels)`.
        """
        return self._called(self._encoder, ENCODE, frames)

    def magnify(self, shape_a: tf.Tensor, shape_b: tf.Tensor, factor: float):
        """Shapes of B with the motion from A magnified, all `(batch, ...)`."""
        factors = tf.fill((shape_a.shape[0],), np.float32(factor))
        return self._called(self._manipulator, MAGNIFY, [shape_a, shape_b, factors])

    def _called(self, part: Any, name: str, inputs: Any) -> tf.Tensor:
        kernels = [tf.constant(kernel) for kernel in self._kernels[name]]
        outputs, _ = part.stateless_call(kernels, [], inputs)
        return outputs[0] if isinstance(outputs, list) else outputs


def _kernels(model: bytes, signature: str) -> list[np.ndarray]:
    """Kernels in the order in which they are used, `(height, width, in, out)`."""
    # The generated reader calls every field optional: untyped here.
    read: Any = litert.ModelT.InitFromObj(litert.Model.GetRootAs(model))
    (graph,) = (
        read.subgraphs[entry.subgraphIndex]
        for entry in read.signatureDefs
        if entry.signatureKey.decode() == signature
    )

    def constant(index: int) -> np.ndarray:
        tensor = graph.tensors[index]
        data = read.buffers[tensor.buffer].data
        if tensor.type != litert.TensorType.FLOAT32 or data is None:
            raise ExportError("Weights of a shape path must be stored as float32.")
        return np.frombuffer(np.asarray(data, np.uint8).tobytes(), "<f4").reshape(
            tensor.shape
        )

    kernels = []
    for operator in graph.operators:
        code = read.operatorCodes[operator.opcodeIndex].builtinCode
        if code == litert.BuiltinOperator.CONV_2D:
            _, kernel, bias = operator.inputs
            if constant(bias).any():
                raise ExportError("No kernel of a shape path has a bias.")
            kernels.append(constant(kernel).transpose(1, 2, 3, 0))
    return kernels
