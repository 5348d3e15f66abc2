"""Weights of PyTorch modules of other releases: the same outputs at every stage."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.models.transfer import build_transfer
from fgrmer_tf.models.transfer_releases import parts_of, take
from fgrmer_tf.transfer_config import TransferConfig
from tests.support.transfer_reference import reference_state_dict

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "torch_transfer.npz"
LAYERS = {
    "stem": {
        "input_layer": "stem_slope",
        "stage1": "stage1_unit3",
        "stage2": "stage2_unit4",
        "stage3": "stage3_unit14",
    },
    "encoder": {
        "tokens": "tokens",
        **{f"block{n}": f"encoder_{n}" for n in range(1, 9)},
        "norm": "final_norm",
    },
    "whole": {
        "stem": "stage2_unit3",
        "maps": "local_attentions",
        "attended": "attended",
        "projected": "projection",
        "logits": "logits",
    },
}
"""Part: stored stage -> our layer."""
STAGES = [(part, stage) for part, layers in LAYERS.items() for stage in layers]


@pytest.fixture(scope="module")
def stored():
    with np.load(GOLDEN) as arrays:
        return dict(arrays)


def taken(model, part):
    """What is taken of a release."""
    return parts_of(model) if part == "whole" else (part,)


def built(stored, part):
    """A new network of the right sizes, and the state dict of the release."""
    fields = json.loads(str(stored[f"{part}/config"]))
    fields |= {name: tuple(v) for name, v in fields.items() if isinstance(v, list)}
    model = build_transfer(TransferConfig(**fields))
    rule = json.loads(str(stored[f"{part}/rule"]))
    return model, reference_state_dict(rule)


@pytest.fixture(scope="module")
def ours(stored):
    """Outputs of our layers by part and stage."""
    found = {}
    for part, layers in LAYERS.items():
        model, state = built(stored, part)
        take(model, state, taken(model, part))
        inputs = model.input
        if part == "encoder":
            inputs = model.get_layer("tokens").input
        outputs = {of: model.get_layer(name).output for of, name in layers.items()}
        given = stored[f"{part}/inputs"]
        found[part] = keras.Model(inputs, outputs)(
            given if part == "encoder" else {"images": given}
        )
    return found


def test_every_stored_stage_is_compared(stored):
    kept = {tuple(name.split("/")) for name in stored}
    beside = {(p, n) for p in LAYERS for n in ("inputs", "rule", "config")}
    assert kept - beside == set(STAGES)


@pytest.mark.parity
@pytest.mark.parametrize(("part", "stage"), STAGES)
def test_a_stage_equals_pytorch(stored, ours, part, stage):
    expected = stored[f"{part}/{stage}"]
    given = np.asarray(ours[part][stage])
    if stage == "maps":
        given = given.reshape(expected.shape)
    assert given.shape == expected.shape
    tolerance = 1e-4 * max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(given, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    ("part", "change", "lines"),
    [
        # A stem with fewer units in its second stage.
        (
            "stem",
            lambda state: {n: v for n, v in state.items() if "body.6." not in n},
            ("missing: body.6.res_layer.1.weight", "missing: body.6.res_layer.0.bias"),
        ),
        # Today's ViT has a bias on query, key and value, and another width.
        (
            "encoder",
            lambda state: {
                **state,
                "blocks.0.attn.qkv.bias": np.zeros(72),
                "pos_embed": np.zeros((1, 197, 24)),
            },
            (
                "not expected: blocks.0.attn.qkv.bias",
                "wrong shape: pos_embed gives (1, 197, 24), (1, 17, 24) is needed",
            ),
        ),
        # A projection under another name.
        (
            "whole",
            lambda state: {
                n.replace("convert.proj", "neck.proj"): v for n, v in state.items()
            },
            ("missing: convert.proj.weight", "not expected: neck.proj.weight"),
        ),
    ],
)
def test_another_network_is_refused_with_all_that_differs(stored, part, change, lines):
    model, state = built(stored, part)
    before = [np.array(weight) for weight in model.weights]
    with pytest.raises(InputError) as caught:
        take(model, change(state), taken(model, part))
    for line in lines:
        assert line in str(caught.value)
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)
