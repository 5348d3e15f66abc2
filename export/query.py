"""Loads one pushed version in a process of its own and asks it, for `export.push`."""

import json
import sys
from pathlib import Path

from export import manifest, runners, warmup


def main() -> None:
    """Answers the request, a JSON object in the first argument.

    Reads:
        `folder`: a version with its manifest. Fails when a file is not as stated, a
        warm-up request fails, or the model says another identity.
    """
    folder = Path(json.loads(sys.argv[1])["folder"])
    stated = manifest.check_version(folder)["model_id"]
    warmup.replay(folder)
    told = runners.ask_card(folder)["model_id"]
    if told != stated:
        raise SystemExit(f"The model says it is {told}, its manifest {stated}.")


if __name__ == "__main__":
    main()
