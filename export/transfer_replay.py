"""Runs one artefact of a TransFER on stored images in a process of its own."""

from pathlib import Path

import numpy as np

from export import runners
from export.replay import answer
from export.transfer_requests import requests
from export.transfer_signature import IMAGES

CHUNK = 16
"""Images that are run at once where their number is free."""


def load(artefact: Path, signature: str) -> runners.Runner:
    """A signature as a function of uint8 images.

    Args:
        artefact: File or folder.
        signature: Any of a TransFER but `card`.
    """
    run = runners.load_named(artefact, signature)
    if signature == IMAGES:
        return lambda pixels: run({IMAGES: pixels.astype(np.float32)})
    return lambda pixels: run(requests(pixels)[signature])


if __name__ == "__main__":
    answer(load, CHUNK)
