"""A trained model in one runtime, in a process of its own, for `runtimes.py`.

    python -m benchmarks.runtimes_worker RUNTIME RUN EXPORT PATCHES.npy SECONDS BATCH...

RUNTIME is `keras`, `tf.function` or a format of `fgrmer export`. Prints seconds of
every call, by batch size, as one line of JSON.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from export import runners
from export.signature import ARTEFACTS, PROBABILITIES, Format
from fgrmer_tf.training.run_folder import MODEL_FILE

KERAS, FUNCTION = "keras", "tf.function"


def function(runtime: str, run: Path, export: Path) -> tuple[runners.Runner, int]:
    """The model as a function of patches, and the bytes of its files."""
    if runtime in (KERAS, FUNCTION):
        return _of_keras(runtime, run), (run / MODEL_FILE).stat().st_size
    name: Format = runtime  # pyright: ignore[reportAssignmentType]
    path = export / ARTEFACTS[name]
    files = [file for file in (path, *path.rglob("*")) if file.is_file()]
    return runners.load(path), sum(file.stat().st_size for file in files)


def _of_keras(runtime: str, run: Path) -> runners.Runner:
    import keras
    import tensorflow as tf

    from export.serving_graph import ServingGraph, model_inputs
    from fgrmer_tf.cli.trained import load_trained

    model, constants = load_trained(run)
    if runtime == FUNCTION:
        called: Any = tf.function(ServingGraph(model, constants).tensors)
        return lambda patches: {
            name: value.numpy() for name, value in called(tf.constant(patches)).items()
        }

    def predict(patches: np.ndarray) -> dict[str, np.ndarray]:
        outputs = model.predict_on_batch(model_inputs(constants, tf.constant(patches)))
        probabilities: Any = keras.ops.softmax(outputs["logits"])
        return {PROBABILITIES: np.asarray(probabilities)}

    return predict


def main() -> None:
    """Measures one runtime."""
    runtime, run, export, file, seconds, *batches = sys.argv[1:]
    patches = np.load(file)
    call, size = function(runtime, Path(run), Path(export))
    found: dict[int, list[float]] = {}
    for batch in map(int, batches):
        clips = patches[:batch]
        for _ in range(20):
            call(clips)
        took: list[float] = []
        end = time.perf_counter() + float(seconds)
        while (started := time.perf_counter()) < end:
            call(clips)
            took.append(time.perf_counter() - started)
        found[batch] = took
    probabilities = call(patches)[PROBABILITIES].tolist()
    print(json.dumps({"seconds": found, "probabilities": probabilities, "bytes": size}))


if __name__ == "__main__":
    main()
