"""Every stored intermediate of the public PyTorch MagNet, run there in float64.

Representations agree to 1e-5. The rendered frame lies 20 convolutions deeper and its
values reach 4: float32 rounding leaves 2e-5.
"""

import keras
import numpy as np
import pytest

from input_pipeline.magnification.import_torch import import_state_dict
from tests.support.magnet_reference import load_reference, reference_state_dict

TOLERANCES = {
    "texture_b": 1e-5,
    "shape_a": 1e-5,
    "shape_b": 1e-5,
    "magnified_shape": 1e-5,
    "frame": 5e-5,
}
STORED_NAMES = {"frame": "output"}
INPUTS = {"frame_a", "frame_b", "amplification", "seed", "state_dict_shapes"}


@pytest.fixture(scope="module")
def reference():
    return load_reference()


@pytest.fixture(scope="module")
def outputs(reference):
    magnet = import_state_dict(reference_state_dict(reference))
    frames = {
        name: reference[name].transpose(0, 2, 3, 1).astype(np.float32)
        for name in ("frame_a", "frame_b")
    }
    factor = np.full(len(frames["frame_a"]), reference["amplification"], np.float32)
    computed = magnet.model({**frames, "factor": factor}, training=False)
    return {
        name: keras.ops.convert_to_numpy(value).transpose(0, 3, 1, 2)
        for name, value in computed.items()
    }


def test_every_stored_array_is_compared(reference):
    compared = {STORED_NAMES.get(name, name) for name in TOLERANCES}
    assert reference.keys() - INPUTS == compared


@pytest.mark.parity
@pytest.mark.parametrize("name", TOLERANCES)
def test_intermediate_equals_the_public_code(reference, outputs, name):
    stored = reference[STORED_NAMES.get(name, name)]
    assert outputs[name].shape == stored.shape
    np.testing.assert_allclose(outputs[name], stored, rtol=0, atol=TOLERANCES[name])
