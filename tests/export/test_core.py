import numpy as np
import pytest
from tensorflow.core.framework import graph_pb2

from export.core import core_function, fold
from export.serving_graph import ServingGraph


@pytest.mark.parametrize("name", ["evidence", "constant", "learned"])
def test_folding_changes_no_answer(request, name):
    case = request.getfixturevalue(name)
    graph = ServingGraph(case.model, case.constants)
    folded, channels = core_function(fold(graph).graph)
    assert channels == graph.channels
    for output, value in graph.tensors(case.clips).items():
        np.testing.assert_allclose(folded(case.clips)[output], value, atol=1e-5)


@pytest.mark.parametrize("name", ["evidence", "constant", "learned"])
def test_folding_leaves_less_to_do(request, name):
    case = request.getfixturevalue(name)
    core = fold(ServingGraph(case.model, case.constants))
    assert core.after.operators < core.before.operators
    operators = [node.op for node in graph_pb2.GraphDef.FromString(core.graph).node]
    # The graph convolution has two leaky activations; it needs clips only where the
    # clips' own evidence weighs its nodes.
    assert operators.count("LeakyRelu") == (2 if name == "evidence" else 0)
    assert not {"VarHandleOp", "ReadVariableOp"} & set(operators)


def test_weights_that_no_clip_meets_are_left_out(learned):
    core = fold(ServingGraph(learned.model, learned.constants))
    kernels = sum(
        layer.kernel.numpy().size
        for layer in learned.model.layers
        if layer.name.startswith("graph_convolution")
    )
    nodes = 9 * 160
    assert core.before.numbers - core.after.numbers > kernels - nodes


def test_equal_models_have_equal_graphs(evidence, core):
    again = fold(ServingGraph(evidence.model, evidence.constants))
    assert again.graph == core.graph


def test_what_is_no_graph_is_refused():
    with pytest.raises(ValueError, match="damaged"):
        core_function(b"\x0fgarbage")
