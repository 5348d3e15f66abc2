"""Runs one artefact on stored inputs in a process of its own, for `export.verify`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from export import runners
from export.signature import CARD_SIGNATURE, FRAMES_SIGNATURE, PROBABILITIES

EVALUATED = "evaluated"
"""Key of the probabilities of the evaluation set."""
CHUNK = 64
"""Clips that are run at once where their number is free."""


def answer(load: Callable[[Path, str], runners.Runner], chunk: int) -> None:
    """Answers the request, a JSON object in the first argument of the process.

    Reads:
        `inputs`: `.npz` file of `inputs` and, to be scored, `evaluation`.

    Writes:
        `outputs`: `.npz` file with one array `signature/batch/name` an output, for each
        of `signatures` and for the first inputs of each of `batches`; `evaluated`, the
        probabilities of `evaluation`. Of a SavedModel `card/field` for every field of
        its card, and `warmup_requests`, the number of requests played.

    Args:
        load: Gives a signature of an artefact as a function of stored inputs.
        chunk: How many are run at once where their number is free.
    """
    request = json.loads(sys.argv[1])
    artefact = Path(request["artefact"])
    with np.load(request["inputs"]) as arrays:
        stored = dict(arrays)
    answers = {}
    for signature in request["signatures"]:
        if signature == CARD_SIGNATURE:
            answers |= _of_saved_model(artefact)
            continue
        if signature == FRAMES_SIGNATURE:
            answers |= _of_frames(artefact)
            continue
        run = load(artefact, signature)
        for batch in request["batches"]:
            for name, value in run(stored["inputs"][:batch]).items():
                answers[f"{signature}/{batch}/{name}"] = value
        if "evaluation" in stored:
            answers[EVALUATED] = _probabilities(run, stored["evaluation"], chunk)
    np.savez(request["outputs"], **answers)


def _of_saved_model(folder: Path) -> dict[str, np.ndarray]:
    """The card that a SavedModel tells, and the number of warm-up requests played."""
    from export import warmup

    texts = runners.ask_card(folder)
    answers = {
        f"{CARD_SIGNATURE}/{name}": np.array(text) for name, text in texts.items()
    }
    return answers | {"warmup_requests": np.array(warmup.replay(folder))}


def _of_frames(folder: Path) -> dict[str, np.ndarray]:
    """Answers to the clips of `export.frames.sample`, which needs no others."""
    from export.frames.sample import as_inputs, sample_clips
    from export.reference import FRAMES_BATCHES

    run = runners.load_named(folder, FRAMES_SIGNATURE)
    return {
        f"{FRAMES_SIGNATURE}/{batch}/{name}": value
        for batch in FRAMES_BATCHES
        for name, value in run(as_inputs(sample_clips(batch))).items()
    }


def _probabilities(run: runners.Runner, inputs: np.ndarray, chunk: int) -> np.ndarray:
    return np.concatenate(
        [
            run(inputs[start : start + chunk])[PROBABILITIES]
            for start in range(0, len(inputs), chunk)
        ]
    )


if __name__ == "__main__":
    answer(runners.load, CHUNK)
