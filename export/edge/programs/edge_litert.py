"""Two frames to a micro-expression with LiteRT; needs numpy and OpenCV besides.

python edge_litert.py ONSET APEX
"""

from ai_edge_litert.interpreter import Interpreter
from edge_face import FOLDER, main


def load(name):
    """One network of this folder as a function of named arrays."""
    interpreter = Interpreter(str(FOLDER / f"{name}.tflite"))
    if interpreter.get_signature_list():
        return interpreter.get_signature_runner()
    # The two networks of the face have no signature.
    interpreter.allocate_tensors()
    taken = {one["name"]: one["index"] for one in interpreter.get_input_details()}
    given = {one["name"]: one["index"] for one in interpreter.get_output_details()}

    def run(**inputs):
        for input_name, value in inputs.items():
            interpreter.set_tensor(taken[input_name], value)
        interpreter.invoke()
        return {name: interpreter.get_tensor(index) for name, index in given.items()}

    return run


if __name__ == "__main__":
    main(load)
