"""Runs this project's TransFER in a process of its own, for `benchmarks/transfer.py`.

Answers each line `BATCH COUNT` with one line of JSON.

    python transfer_worker.py FOLDER TASK THREADS

TASK is what is timed: `train`, `keras` (inference), each also with `-xla`; `onnx`,
`litert`, `litert-float16`, `litert-int8`. Or it is `make-` and one of the last four,
which writes that file to FOLDER and ends: each in a process of its own, for a converter
keeps what it took.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN

Run = Callable[[int], Any]
FILES = {
    "onnx": "model.onnx",
    "litert": "model.tflite",
    "litert-float16": "model.float16.tflite",
    "litert-int8": "model.int8.tflite",
}
MAKE = "make-"
XLA = "-xla"
RATE, MOMENTUM, DECAY = 1e-4, 0.9, 1e-4


def peak_mib() -> float:
    """The most memory that this process has held so far [MiB], on Linux.

    `getrusage` would count the memory of the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _model(folder: Path, threads: int) -> Any:
    import tensorflow as tf

    # Before TensorFlow makes its threads.
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    from fgrmer_tf.models.transfer import build_transfer
    from fgrmer_tf.models.transfer_releases import parts_of, plain, take
    from fgrmer_tf.transfer_config import TransferConfig

    fields = json.loads((folder / "config.json").read_text())
    model = build_transfer(TransferConfig(**fields))
    with np.load(folder / "weights.npz") as arrays:
        take(model, plain(dict(arrays)), parts_of(model))
    return model


def _make(folder: Path, pixels: np.ndarray, threads: int, artefact: Any) -> None:
    model = _model(folder, threads)
    import tensorflow as tf

    from export import litert_model, onnx_model
    from export.card import ModelCard
    from export.core import core_function, fold
    from export.signature import OPSET
    from export.transfer_graph import TransferConstants, TransferGraph

    names = tuple(str(number) for number in range(model.output["logits"].shape[-1]))
    constants = TransferConstants(
        class_names=names,
        mean=IMAGE_MEAN,
        deviation=IMAGE_DEVIATION,
        alignment="none",
    )
    module: Any = tf.Module()
    module.tensors, _ = core_function(fold(TransferGraph(model, constants)).graph)
    card = ModelCard(
        model_id="benchmark",
        class_names=names,
        preprocessing={},
        licence="none: random weights",
        data_statement="none",
    )
    path = folder / FILES[artefact]
    if artefact == "onnx":
        onnx_model.write(module, card, path, OPSET)
    else:
        litert_model.write(module, card, path, artefact, pixels[:4])


def _train(
    folder: Path, data: dict[str, np.ndarray], threads: int, *, xla: bool
) -> Run:
    model = _model(folder, threads)
    import keras

    model.compile(
        keras.optimizers.SGD(RATE, momentum=MOMENTUM, weight_decay=DECAY),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=xla,
    )
    images, label = data["images"], data["label"]

    def step(batch: int) -> Any:
        return model.train_on_batch(
            {"images": images[:batch]}, {"logits": label[:batch]}
        )

    return step


def _keras(folder: Path, images: np.ndarray, threads: int, *, xla: bool) -> Run:
    model = _model(folder, threads)
    import tensorflow as tf

    @tf.function(jit_compile=True if xla else None)
    def infer(batch):
        return model({"images": batch}, training=False)["logits"]

    return lambda batch: infer(tf.constant(images[:batch])).numpy()


def _onnx(path: Path, pixels: np.ndarray, threads: int) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )
    return lambda batch: session.run(["logits"], {"images": pixels[:batch]})[0]


def _litert(path: Path, pixels: np.ndarray, threads: int) -> Run:
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(str(path), num_threads=threads).get_signature_runner("images")
    taken, given = run.get_input_details()["images"], run.get_output_details()["logits"]
    if taken["dtype"] == np.float32:
        return lambda batch: run(images=pixels[:batch])["logits"]
    scale, zero = taken["quantization"]
    eight_bit = np.clip(np.round(pixels / scale) + zero, -128, 127).astype(np.int8)
    out_scale, out_zero = given["quantization"]
    return lambda batch: (
        (run(images=eight_bit[:batch])["logits"].astype(np.float32) - out_zero)
        * out_scale
    )


def _timed(
    folder: Path,
    task: str,
    data: dict[str, np.ndarray],
    pixels: np.ndarray,
    threads: int,
) -> Run:
    plain = task.removesuffix(XLA)
    if plain == "train":
        return _train(folder, data, threads, xla=task != plain)
    if plain == "keras":
        return _keras(folder, data["images"], threads, xla=task != plain)
    path = folder / FILES[task]
    return (_onnx if task == "onnx" else _litert)(path, pixels, threads)


def main() -> None:
    """Serves rounds, unless there is something to make."""
    folder, task, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with np.load(folder / "data.npz") as arrays:
        data = dict(arrays)
    # Exported files take RGB of [0, 255] and normalise by themselves.
    mean, deviation = (
        np.asarray(of, np.float32) for of in (IMAGE_MEAN, IMAGE_DEVIATION)
    )
    pixels = data["images"] * deviation + mean
    if task.startswith(MAKE):
        _make(folder, pixels, threads, task.removeprefix(MAKE))
        print("ready", flush=True)
        return
    run = _timed(folder, task, data, pixels, threads)
    print("ready", flush=True)
    for line in sys.stdin:
        batch, count = map(int, line.split())
        seconds, answer = [], None
        for _ in range(count):
            start = time.perf_counter()
            answer = run(batch)
            seconds.append(time.perf_counter() - start)
        measured = {
            "seconds": seconds,
            "peak_mib": peak_mib(),
            "answer": np.asarray(answer).tolist(),
        }
        print(json.dumps(measured), flush=True)


if __name__ == "__main__":
    main()
