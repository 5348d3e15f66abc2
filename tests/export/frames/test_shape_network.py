from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as litert

from export.errors import ExportError
from export.frames import shape_network
from export.frames.shape_network import ShapeNetwork
from fgrmer_tf.errors import InputError
from input_pipeline.magnification.network import build_magnet
from input_pipeline.magnification.shape_export import to_litert
from input_pipeline.magnification.shape_path import ShapePath


@pytest.fixture(scope="module", params=["official", "public"])
def model(request):
    """A small network of each form with drawn weights."""
    magnet = build_magnet(request.param, width=3, decoder_blocks=1)
    random = np.random.default_rng(11)
    for weight in magnet.model.trainable_variables:
        weight.assign(random.normal(0, 0.2, weight.shape))
    return to_litert(magnet)


def test_the_network_is_that_of_the_file(model):
    path, network = ShapePath(model), ShapeNetwork(model)
    random = np.random.default_rng(2)
    frames = random.uniform(-1, 1, (2, 36, 44, 3)).astype(np.float32)
    shapes = network.encode(tf.constant(frames)).numpy()
    assert network.channels == shapes.shape[-1] == 6
    wanted = [path.encode(frame) for frame in frames]
    np.testing.assert_allclose(shapes, wanted, atol=1e-5)
    factor = network.traits.identity_factor + 2.5
    found = network.magnify(tf.constant(shapes[:1]), tf.constant(shapes[1:]), factor)
    wanted = path.magnify(shapes[0], shapes[1], factor)
    np.testing.assert_allclose(found[0], wanted, atol=1e-4)


def test_what_is_no_shape_path_is_refused():
    with pytest.raises(InputError, match="must be a LiteRT file"):
        ShapeNetwork(b"no model")


def test_kernels_of_another_network_are_refused(model, monkeypatch):
    kernels = shape_network._kernels
    monkeypatch.setattr(
        shape_network, "_kernels", lambda *arguments: kernels(*arguments)[:-1]
    )
    with pytest.raises(ExportError, match="must be the network of the form"):
        ShapeNetwork(model)


@pytest.mark.parametrize(
    ("what", "match"), [("bias", "has a bias"), ("type", "stored as float32")]
)
def test_weights_that_would_be_lost_are_refused(model, what, match, monkeypatch):
    read = litert.ModelT.InitFromObj

    def changed(found):
        model: Any = read(found)
        for graph in model.subgraphs:
            for operator in graph.operators:
                code = model.operatorCodes[operator.opcodeIndex].builtinCode
                if code == litert.BuiltinOperator.CONV_2D:
                    bias = graph.tensors[operator.inputs[2]]
                    data = np.asarray(model.buffers[bias.buffer].data).copy()
                    data[3] = 63
                    model.buffers[bias.buffer].data = data
                    if what == "type":
                        bias.type = litert.TensorType.FLOAT16
        return model

    monkeypatch.setattr(litert.ModelT, "InitFromObj", changed)
    with pytest.raises(ExportError, match=match):
        ShapeNetwork(model)
