"""Names inside an ONNX file that depend on the model alone."""

import re

import onnx

_NUMBERED = re.compile(r"\d{9,}|__\d+")
"""What tf2onnx adds: addresses of this run, and counters by the order of its sets."""


def canonical(model: onnx.ModelProto) -> None:
    """Renames nodes, values and constants in place, and orders the constants by use.

    Nodes keep the name of the layer that they come from; constants, of which tf2onnx
    merges equal ones under the name of any, are numbered.
    """
    graph = model.graph
    constants = {entry.name: entry for entry in graph.initializer}
    kept = {value.name for value in (*graph.input, *graph.output)}
    names = {name: name for name in kept}
    taken = set(kept)
    for node in graph.node:
        node.name = _free(_NUMBERED.sub("", node.name), taken)
        for value in node.input:
            if value in constants and value not in names:
                names[value] = f"constant_{len(taken)}"
                taken.add(names[value])
        for place, value in enumerate(node.output):
            names.setdefault(value, f"{node.name}:{place}")
        # An optional input that is left out has an empty name.
        node.input[:] = [names.get(value, value) for value in node.input]
        node.output[:] = [names[value] for value in node.output]
    ordered = []
    for value in names:
        if value in constants:
            constants[value].name = names[value]
            ordered.append(constants[value].SerializeToString())
    del graph.initializer[:]
    graph.initializer.extend(map(onnx.TensorProto.FromString, ordered))


def _free(name: str, taken: set[str]) -> str:
    """`name`, with a number where another has it."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free
