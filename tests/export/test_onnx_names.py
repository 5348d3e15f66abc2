import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.onnx_names import canonical


def model(numbers, constants):
    """`y = x + a + b`, named as tf2onnx names things in one run or another."""
    one, two = (f"Add__{number}" for number in numbers)
    a, b = constants
    vector = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [3])
        for name in "xy"
    }
    graph = helper.make_graph(
        [
            helper.make_node("Add", ["x", a], [f"{one}:0"], name=one),
            helper.make_node("Add", [f"{one}:0", b], ["y"], name=two),
        ],
        "graph",
        [vector["x"]],
        [vector["y"]],
        sorted(
            [
                numpy_helper.from_array(np.float32([1, 2, 3]), a),
                numpy_helper.from_array(np.float32([5, 7, 11]), b),
            ],
            key=lambda entry: entry.name,
        ),
    )
    return helper.make_model(graph)


def test_names_of_one_run_are_those_of_another():
    first = model((3, 12), ("einsum140272580722256_ba__01__183", "const_fold_opt__16"))
    second = model((4, 11), ("b__9", "einsum140272647827728_tr_axes__187__234"))
    assert first != second
    canonical(first)
    canonical(second)
    assert first.SerializeToString() == second.SerializeToString()
    onnx.checker.check_model(first, full_check=True)


def test_inputs_and_outputs_keep_their_names():
    named = model((3, 12), ("a", "b"))
    canonical(named)
    assert [value.name for value in (*named.graph.input, *named.graph.output)] == [
        "x",
        "y",
    ]
    assert [node.name for node in named.graph.node] == ["Add", "Add_2"]
    values = {
        entry.name: numpy_helper.to_array(entry) for entry in named.graph.initializer
    }
    used = [values[node.input[1]].tolist() for node in named.graph.node]
    assert used == [[1, 2, 3], [5, 7, 11]]
