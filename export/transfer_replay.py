"""Runs one artefact of a TransFER on stored images in a process of its own."""

import json
import sys
from pathlib import Path

import numpy as np

from export import runners
from export.replay import EVALUATED, of_saved_model
from export.signature import CARD_SIGNATURE, PROBABILITIES
from export.transfer_requests import requests
from export.transfer_signature import IMAGES

CHUNK = 16
"""Images that are run at once where their number is free."""


def main() -> None:
    """Answers the request, a JSON object in the first argument.

    Reads:
        `inputs`: `.npz` file of `pixels` and, to be scored, `evaluation`, uint8.

    Writes:
        `outputs`: as `export.replay`.
    """
    request = json.loads(sys.argv[1])
    artefact = Path(request["artefact"])
    with np.load(request["inputs"]) as arrays:
        pixels = dict(arrays)
    answers = {}
    for signature in request["signatures"]:
        if signature == CARD_SIGNATURE:
            answers |= of_saved_model(artefact)
            continue
        run = runners.load_named(artefact, signature)
        for batch in request["batches"]:
            asked = requests(pixels["pixels"][:batch])[signature]
            for name, value in run(asked).items():
                answers[f"{signature}/{batch}/{name}"] = value
        if "evaluation" in pixels and signature == IMAGES:
            answers[EVALUATED] = _probabilities(run, pixels["evaluation"])
    np.savez(request["outputs"], **answers)


def _probabilities(run: runners.NamedRunner, pixels: np.ndarray) -> np.ndarray:
    parts = [pixels[at : at + CHUNK] for at in range(0, len(pixels), CHUNK)]
    return np.concatenate(
        [run({IMAGES: part.astype(np.float32)})[PROBABILITIES] for part in parts]
    )


if __name__ == "__main__":
    main()
