"""FGRMER with its default settings, and something to show it."""

import dataclasses

import keras
import numpy as np

from fgrmer_tf.config import ModelConfig
from fgrmer_tf.models.fgrmer import build_fgrmer


def build(**changes):
    return build_fgrmer(**{**dataclasses.asdict(ModelConfig()), **changes})


def batch(model, size, seed=3):
    rng = np.random.default_rng(seed)
    return {
        x.name: rng.normal(size=(size, *x.shape[1:])).astype(np.float32)
        for x in model.inputs
    }


def logits(model, inputs):
    return keras.ops.convert_to_numpy(model(inputs, training=False)["logits"])


def random_adjacency():
    return np.random.default_rng(7).uniform(0, 1, (9, 9)) + np.eye(9)
