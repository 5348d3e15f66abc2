"""What a TransFER takes of the files of other releases."""

import dataclasses

import keras
import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.models.transfer import build_transfer
from fgrmer_tf.models.transfer_releases import (
    APVIT,
    IR50,
    PADDLE,
    TRANSFER,
    VIT,
    parts_of,
    plain,
    release_of,
    take,
)
from tests.support import transfer_forms

CONFIG, STATE, STORED = transfer_forms.small_release()
FORMS = {
    PADDLE.name: transfer_forms.as_paddle(CONFIG, STATE),
    TRANSFER.name: STATE,
    APVIT.name: transfer_forms.as_apvit(STATE),
    IR50.name: transfer_forms.as_ir50(CONFIG, STATE),
    VIT.name: transfer_forms.as_vit(STATE),
}
LAYERS = {
    "stem": ("stem", "stage"),
    "local attentions": ("local_attention",),
    "projection": ("projection",),
    "encoder": ("tokens", "encoder", "final"),
    "head": ("logits",),
}
"""Part of the network -> beginnings of its layers' names."""


def build(seed=1, **changes):
    keras.utils.set_random_seed(seed)
    return build_transfer(dataclasses.replace(CONFIG, **changes))


@pytest.fixture(scope="module")
def whole():
    """The network with every weight, whose outputs equal PyTorch's."""
    model = build()
    take(model, STATE, parts_of(model))
    return model


def same(model, other):
    """Parts in which every weight of two networks is equal."""
    pairs = list(zip(model.weights, other.weights, strict=True))
    return {
        part
        for part, starts in LAYERS.items()
        if all(
            np.array_equal(ours, theirs)
            for ours, theirs in pairs
            if ours.path.split("/")[0].startswith(starts)
        )
    }


@pytest.mark.parametrize("name", FORMS)
def test_a_release_is_known_by_its_names(name):
    assert release_of(plain(FORMS[name])).name == name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (PADDLE.name, set(LAYERS)),
        (TRANSFER.name, set(LAYERS)),
        (TRANSFER.name, {"stem"}),
        (PADDLE.name, {"encoder"}),
        (APVIT.name, {"stem", "projection", "encoder", "head"}),
        (APVIT.name, {"encoder"}),
        (IR50.name, {"stem"}),
        (VIT.name, {"encoder"}),
    ],
)
def test_the_parts_that_are_taken_and_no_others(whole, name, parts):
    model, before = build(), build()
    take(model, plain(FORMS[name]), parts)
    assert same(model, whole) == parts
    # What is not taken keeps its own start.
    assert same(model, before) == set(LAYERS) - parts


@pytest.mark.parity
def test_paddle_names_and_layouts_give_the_outputs_of_pytorch():
    model = build()
    take(model, plain(FORMS[PADDLE.name]), parts_of(model))
    logits = model({"images": STORED["inputs"]})["logits"]
    tolerance = 1e-4 * np.abs(STORED["logits"]).max()
    np.testing.assert_allclose(logits, STORED["logits"], rtol=0, atol=tolerance)


def test_a_slope_of_paddle_may_be_spelt_as_in_pytorch(whole):
    spelt = {n.replace("._weight", ".weight"): a for n, a in FORMS[PADDLE.name].items()}
    assert spelt.keys() != FORMS[PADDLE.name].keys()
    model = build()
    take(model, plain(spelt), parts_of(model))
    assert same(model, whole) == set(LAYERS)


@pytest.mark.parametrize("name", [PADDLE.name, TRANSFER.name, APVIT.name])
def test_the_head_is_put_into_the_order_of_the_model(name):
    order = [3, 0, 4, 1, 2]
    model = build()
    take(model, plain(FORMS[name]), {"head"}, head_rows=order)
    kernel, bias = model.get_layer("logits").get_weights()
    np.testing.assert_array_equal(kernel, STATE["head.fc.weight"][order].T)
    np.testing.assert_array_equal(bias, STATE["head.fc.bias"][order])


def test_a_network_without_local_attentions_has_no_such_part(whole):
    model = build(local_attentions=0)
    assert parts_of(model) == ("stem", "projection", "encoder", "head")
    take(model, STATE, parts_of(model))
    np.testing.assert_array_equal(
        model.get_layer("projection").kernel, whole.get_layer("projection").kernel
    )


def test_local_attentions_without_normalisation_do_not_fit():
    model = build(attention_norm=False)
    with pytest.raises(InputError, match=r"not expected: attention\.las\.0\.bn1\.bias"):
        take(model, STATE, parts_of(model))


def test_a_stem_that_is_cut_short_within_a_stage_is_refused():
    model = build(stem_units=(2, 2))
    with pytest.raises(InputError, match=r"not expected: body\.4\.res_layer"):
        take(model, FORMS[IR50.name], {"stem"})


def test_both_lists_of_a_file_that_does_not_fit():
    state = dict(FORMS[APVIT.name])
    state["vit.alpha"] = np.ones(1)
    del state["vit.cls_pos_embed"]
    state["vit.patch_pos_embed"] = state["vit.patch_pos_embed"][:, 1:]
    with pytest.raises(InputError) as caught:
        take(build(), state, {"encoder"})
    message = str(caught.value)
    for line in (
        "3 faults",
        "missing: vit.cls_pos_embed",
        "not expected: vit.alpha",
        "wrong shape: vit.patch_pos_embed gives (1, 63, 12), (1, 64, 12) is needed",
    ):
        assert line in message


def test_an_unknown_file_is_refused():
    with pytest.raises(InputError, match=r"known release.*1 tensors, \['conv1.weight'"):
        release_of({"conv1.weight": np.ones(3)})
