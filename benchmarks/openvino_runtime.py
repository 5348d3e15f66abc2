"""The ONNX file of an export in OpenVINO, in its own environment.

`benchmarks/runtimes.py` starts it; nothing of this project is imported here.

    python openvino_runtime.py MODEL.onnx PATCHES.npy SECONDS BATCH...
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import openvino  # pyright: ignore[reportMissingImports]


def main():
    """Prints seconds of every call, by batch size, as one line of JSON."""
    model, file, seconds, *batches = sys.argv[1:]
    patches = np.load(file)
    # Or it computes in bfloat16 where the processor can, 4e-3 off.
    hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    run = openvino.Core().compile_model(model, "CPU", hints)
    found = {}
    for batch in map(int, batches):
        clips = patches[:batch]
        for _ in range(20):
            run({"patches": clips})
        took = []
        end = time.perf_counter() + float(seconds)
        while (started := time.perf_counter()) < end:
            run({"patches": clips})
            took.append(time.perf_counter() - started)
        found[batch] = took
    probabilities = run({"patches": patches})["probabilities"].tolist()
    result = {
        "seconds": found,
        "probabilities": probabilities,
        "bytes": Path(model).stat().st_size,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
