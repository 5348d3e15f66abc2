"""Writes one artefact in a process of its own.

Converters number what they make by what the process made before: only a fresh process
gives the same bytes every time.
"""

import json
import sys
from pathlib import Path

import numpy as np

from export import litert_model, onnx_model, saved_model, warmup
from export.card import read_card
from export.serving_module import ServingModule


def main() -> None:
    """Answers the request, a JSON object in the first argument.

    Reads:
        `graph`: file of `Core.graph`; `card`: file of `ModelCard.json`;
        `representative` and `warmup`: `.npy` files of clips.

    Writes:
        `path`: the artefact of the format `artefact`; for ONNX, of `opset`.
    """
    request = json.loads(sys.argv[1])
    card = read_card(Path(request["card"]).read_text(encoding="utf-8"))
    module = ServingModule(Path(request["graph"]).read_bytes(), card)
    artefact, path = request["artefact"], Path(request["path"])
    if artefact == "savedmodel":
        saved_model.write(module, card, path)
        warmup.write(path, np.load(request["warmup"]))
    elif artefact == "onnx":
        onnx_model.write(module, card, path, request["opset"])
    else:
        clips = np.load(request["representative"])
        litert_model.write(module, card, path, artefact, clips)


if __name__ == "__main__":
    main()
