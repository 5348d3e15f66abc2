"""Two frames to a micro-expression with ONNX Runtime; needs numpy and OpenCV besides.

python edge_onnx.py ONSET APEX
"""

import onnxruntime
from edge_face import FOLDER, main


def load(name):
    """One network of this folder as a function of named arrays."""
    session = onnxruntime.InferenceSession(
        str(FOLDER / f"{name}.onnx"), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return lambda **inputs: dict(zip(names, session.run(names, inputs), strict=True))


if __name__ == "__main__":
    main(load)
