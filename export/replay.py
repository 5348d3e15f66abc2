"""Runs one artefact on stored inputs in a process of its own, for `export.verify`."""

import json
import sys

import numpy as np

from export import runners


def main() -> None:
    """Answers the request, a JSON object in the first argument.

    Reads:
        `inputs`: `.npy` file of patches.

    Writes:
        `outputs`: `.npz` file with one array `signature/batch/name` an output, for each
        of `signatures` and for the first clips of each of `batches`.
    """
    request = json.loads(sys.argv[1])
    patches = np.load(request["inputs"])
    answers = {}
    for signature in request["signatures"]:
        run = runners.load(request["artefact"], signature)
        for batch in request["batches"]:
            for name, value in run(patches[:batch]).items():
                answers[f"{signature}/{batch}/{name}"] = value
    np.savez(request["outputs"], **answers)


if __name__ == "__main__":
    main()
