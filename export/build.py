"""Writes one artefact in a process of its own.

Converters number what they make by what the process made before: only a fresh process
gives the same bytes every time.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from export import litert_model, onnx_model, saved_model, warmup
from export.card import ModelCard, read_card
from export.serving_module import ServingModule


def build(
    module_of: Callable[[bytes, ModelCard], Any],
    write_warmup: Callable[[Path, np.ndarray], None],
) -> None:
    """Answers the request, a JSON object in the first argument of the process.

    Reads:
        `graph`: file of `Core.graph`; `card`: file of `ModelCard.json`;
        `representative` and `warmup`: `.npy` files of clips or images.

    Writes:
        `path`: the artefact of the format `artefact`; for ONNX, of `opset`.

    Args:
        module_of: Gives what has `tensors` and `served`, as a `ServingModule`.
        write_warmup: Writes what a server warms up with into a SavedModel.
    """
    request = json.loads(sys.argv[1])
    card = read_card(Path(request["card"]).read_text(encoding="utf-8"))
    module = module_of(Path(request["graph"]).read_bytes(), card)
    artefact, path = request["artefact"], Path(request["path"])
    if artefact == "savedmodel":
        saved_model.write(module, card, path)
        write_warmup(path, np.load(request["warmup"]))
    elif artefact == "onnx":
        onnx_model.write(module, card, path, request["opset"])
    else:
        stored = np.load(request["representative"]).astype(np.float32)
        litert_model.write(module, card, path, artefact, stored)


if __name__ == "__main__":
    build(ServingModule, warmup.write)
