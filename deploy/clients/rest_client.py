"""Labels of clips over REST: rest_client.py URL MODEL PATCHES.npy.

PATCHES.npy: float32 (clips, 30, 7, 7, channels). Needs numpy alone.
"""

import json
import sys
import urllib.error
import urllib.request

import numpy as np


def predict(url: str, model: str, patches: np.ndarray) -> list[dict]:
    """Logits, probabilities and label of every clip."""
    body = {"signature_name": "patches", "instances": patches.tolist()}
    request = urllib.request.Request(
        f"{url}/v1/models/{model}:predict",
        json.dumps(body).encode("utf-8"),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)["predictions"]
    except urllib.error.HTTPError as error:
        raise SystemExit(f"HTTP {error.code}: {error.read().decode()}") from error


if __name__ == "__main__":
    for found in predict(sys.argv[1], sys.argv[2], np.load(sys.argv[3])):
        print(found["label"], found["probabilities"])
