"""The public PyTorch MagNet's stored run, and the rule that made its weights."""

import json
import zlib
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "magnet_reference.npz"


def load_reference():
    with np.load(GOLDEN) as arrays:
        return dict(arrays)


def reference_state_dict(reference):
    shapes = json.loads(str(reference["state_dict_shapes"]))
    state = {}
    for name, shape in shapes.items():
        seed = [int(reference["seed"]), zlib.crc32(name.encode())]
        spread = np.sqrt(1 / np.prod(shape[1:]))
        state[name] = np.random.default_rng(seed).normal(0, spread, shape)
    return state


def with_lively_weights(magnet, seed=5):
    """Fills a network so that no representation is nearly zero, as it starts out."""
    rng = np.random.default_rng(seed)
    for weight in magnet.model.weights:
        spread = np.sqrt(1 / np.prod(weight.shape[:-1]))
        weight.assign(rng.normal(0, spread, weight.shape))
    return magnet
