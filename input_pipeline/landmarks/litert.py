"""One landmark model in LiteRT, on the CPU."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from input_pipeline.landmarks import model_files


class LiteRTModel:
    """A fetched model as a function of one array; XNNPACK runs the kernels.

    Not safe across threads: calls share the interpreter's buffers.

    Args:
        name: `model_files.DETECTOR` or `model_files.MESH`.
        threads: int, at least 1. Threads of one call.

    Call arguments:
        image: float32 `(height, width, 3)`, RGB, in the model's own range.

    Returns:
        Float32 arrays, one an output, in the model's order, without the batch axis.

    Raises:
        InputError: At construction, when the model was not fetched.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._interpreter = Interpreter(
            model_path=str(model_files.model_path(name)), num_threads=threads
        )
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [o["index"] for o in self._interpreter.get_output_details()]

    def __call__(self, image: np.ndarray) -> list[np.ndarray]:
        self._interpreter.set_tensor(self._input, image[None])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(output)[0] for output in self._outputs]


def sigmoid(logit: np.ndarray) -> np.ndarray:
    """Probabilities in (0, 1) of float32 logits of any size."""
    # exp overflows float32 beyond 88.
    return 1 / (1 + np.exp(-np.clip(logit, -80, 80)))
