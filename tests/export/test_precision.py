import dataclasses

import keras
import numpy as np
import pytest

from export.precision import in_float32
from fgrmer_tf.config import ModelConfig
from fgrmer_tf.models.fgrmer import build_fgrmer


@pytest.fixture
def build():
    def make(policy):
        keras.utils.set_random_seed(7)
        keras.config.set_dtype_policy(policy)
        return build_fgrmer(**dataclasses.asdict(ModelConfig(au_embedding="learned")))

    yield make
    keras.config.set_dtype_policy("float32")


def test_a_model_in_float32_is_left_alone(build):
    model = build("float32")
    assert in_float32(model) is model


def test_a_mixed_model_computes_in_float32(build):
    clips = np.random.default_rng(3).normal(size=(5, 30, 7, 7, 3)).astype(np.float32)
    full, mixed = build("float32"), build("mixed_bfloat16")
    mixed.set_weights(full.get_weights())
    wanted = full({"patches": clips}, training=False)["logits"].numpy()
    rough = mixed({"patches": clips}, training=False)["logits"].numpy()
    assert np.abs(rough - wanted).max() > 1e-5
    said = in_float32(mixed)({"patches": clips}, training=False)["logits"].numpy()
    np.testing.assert_allclose(said, wanted, atol=1e-6)
