"""Writes one artefact of a TransFER in a process of its own; see `export.build`."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from export import litert_model, onnx_model, saved_model
from export.card import read_card
from export.transfer_module import TransferModule
from export.transfer_requests import write_warmup


def main() -> None:
    """Answers the request, a JSON object in the first argument.

    Reads:
        `graph`: file of `Core.graph`; `card`: file of `ModelCard.json`;
        `representative` and `warmup`: `.npy` files of uint8 images.

    Writes:
        `path`: the artefact of the format `artefact`; for ONNX, of `opset`.
    """
    request = json.loads(sys.argv[1])
    card = read_card(Path(request["card"]).read_text(encoding="utf-8"))
    # What is written has `tensors` and `served`, as a ServingModule has.
    module: Any = TransferModule(Path(request["graph"]).read_bytes(), card)
    artefact, path = request["artefact"], Path(request["path"])
    if artefact == "savedmodel":
        saved_model.write(module, card, path)
        write_warmup(path, np.load(request["warmup"]))
    elif artefact == "onnx":
        onnx_model.write(module, card, path, request["opset"])
    else:
        pixels = np.load(request["representative"]).astype(np.float32)
        litert_model.write(module, card, path, artefact, pixels)


if __name__ == "__main__":
    main()
