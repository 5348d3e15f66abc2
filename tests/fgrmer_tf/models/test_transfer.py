"""TransFER against the stored run of its authors' code."""

import dataclasses

import keras
import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.models.transfer import build_transfer
from fgrmer_tf.models.transfer_attention import attention_maps
from fgrmer_tf.models.transfer_releases import parts_of, plain, take
from fgrmer_tf.transfer_experiments import TRANSFER_IR50, TRANSFER_SMALL, TRANSFER_TINY
from tests.support.transfer_reference import load_reference, reference_state_dict

TAPS = {
    "act_input_layer_mean": ("stem_slope", np.s_[:, ::4, ::4]),
    "act_stage1_mean": ("stage1_unit3", np.s_[:, ::2, ::2]),
    "act_stage2_mean": ("stage2_unit4", np.s_[:]),
    "act_stem": ("stage3_unit14", None),
    "act_la0": ("local_attention_1", None),
    "act_la1": ("local_attention_2", None),
    "act_maxout": ("max_out", None),
    "act_product_mean": ("attended", np.s_[:]),
    "act_product_first4": ("attended", 4),
    "act_projection_mean": ("projection", np.s_[:]),
    "act_projection_first4": ("projection", 4),
    "act_block1_tokens3": ("encoder_1", 3),
    "act_block8_tokens3": ("encoder_8", 3),
    "act_cls_feature": ("class_features", None),
}
"""Stored name: our layer, and the part of its output that was stored."""


@pytest.fixture(scope="module")
def reference():
    return load_reference()


@pytest.fixture(scope="module")
def state(reference):
    return reference_state_dict(reference)


@pytest.fixture(scope="module")
def model(state):
    model = build_transfer(TRANSFER_IR50)
    take(model, state, parts_of(model))
    return model


@pytest.fixture(scope="module")
def outputs(model, reference):
    layers = {name for name, _ in TAPS.values()}
    taps = {name: model.get_layer(name).output for name in layers}
    images = reference["inputs"].transpose(0, 2, 3, 1)
    computed = keras.Model(model.input, {**taps, **model.output})({"images": images})
    return {name: np.asarray(value) for name, value in computed.items()}


def stored_part(value, part):
    if value.ndim == 4:
        value = value.transpose(0, 3, 1, 2)
    if part is None:
        return value
    return value[:, :part] if isinstance(part, int) else value.mean(axis=1)[part]


def test_every_stored_array_is_compared(reference):
    assert {name for name in reference if name.startswith("act_")} == TAPS.keys()


@pytest.mark.parity
@pytest.mark.parametrize("name", TAPS)
def test_intermediate_equals_the_authors_code(reference, outputs, name):
    layer, part = TAPS[name]
    ours = stored_part(outputs[layer], part)
    assert ours.shape == reference[name].shape
    tolerance = 1e-5 * np.abs(reference[name]).max()
    np.testing.assert_allclose(ours, reference[name], rtol=0, atol=tolerance)


@pytest.mark.parity
def test_logits_equal_the_authors_code(reference, outputs):
    np.testing.assert_allclose(
        outputs["logits"], reference["logits"], rtol=0, atol=2e-5
    )


@pytest.mark.parity
def test_number_of_trainable_parameters(model, reference):
    counted = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert counted == int(reference["trainable_parameters"]) == 65_217_869


def test_the_parts_of_other_networks_fill_stem_and_encoder(
    state, model, outputs, reference
):
    stem = {
        name.removeprefix("extractor."): value
        for name, value in state.items()
        if name.startswith("extractor.")
    }
    before = (0, 3, 7)
    flat = {}
    for name, value in stem.items():
        words = name.split(".")
        if words[0] == "body":
            words[1:3] = [str(before[int(words[1])] + int(words[2]))]
        flat[".".join(words)] = value
    flat["output_layer.0.weight"] = np.ones(5)
    encoder = {
        name.removeprefix("vit."): value
        for name, value in state.items()
        if name.startswith("vit.")
    }
    other = build_transfer(TRANSFER_IR50)
    take(other, flat, {"stem"})
    take(other, encoder, {"encoder"})
    for ours, theirs in zip(other.weights, model.weights, strict=True):
        part = ours.path.split("/")[0]
        if part.startswith(("stem", "stage", "encoder", "tokens", "final")):
            np.testing.assert_array_equal(ours, theirs, err_msg=ours.path)


def test_every_fault_of_a_state_dict_is_listed(state):
    faulty = dict(state)
    del faulty["vit.norm.bias"]
    faulty["extra"] = np.ones(2)
    faulty["head.fc.weight"] = np.ones((5, 768))
    faulty["convert.proj.bias"] = np.full(768, np.nan)
    model = build_transfer(TRANSFER_IR50)
    before = np.array(model.get_layer("projection").kernel)
    with pytest.raises(InputError) as caught:
        take(model, faulty, parts_of(model))
    message = str(caught.value)
    assert "4 faults" in message
    for part in (
        "missing: vit.norm.bias",
        "not expected: extra",
        "wrong shape: head.fc.weight gives (768, 5), (768, 7) is needed",
        "not finite: convert.proj.bias",
    ):
        assert part in message
    np.testing.assert_array_equal(before, model.get_layer("projection").kernel)


def test_a_prefix_and_counters_do_not_matter(state):
    wrapped = {f"module.{name}": value for name, value in state.items()}
    wrapped["module.extractor.input_layer.1.num_batches_tracked"] = np.array(3)
    model = build_transfer(TRANSFER_IR50)
    take(model, plain(wrapped), parts_of(model))
    kernel = model.get_layer("projection").kernel
    np.testing.assert_array_equal(
        kernel[0, 0].numpy().T, state["convert.proj.weight"][..., 0, 0]
    )


@pytest.mark.parametrize(
    ("change", "rate"),
    [
        ({"local_attentions": 0}, 0.0),
        ({"local_attentions": 1}, 0.0),
        ({"map_drop": "dropout"}, 0.5),
        ({"map_drop": "spatial"}, 0.5),
        ({"map_drop": "dropblock"}, 0.2),
        ({"attention_norm": False}, 0.6),
        ({"head_drop": "reference"}, 0.6),
    ],
)
def test_every_option_trains_and_survives_a_file(change, rate, tmp_path):
    config = dataclasses.replace(
        TRANSFER_TINY,
        image_size=32,
        stem_filters=(8, 16),
        stem_units=(1, 1),
        encoder_depth=1,
        map_drop_rate=rate,
        **change,
    )
    model = build_transfer(config)
    rng = np.random.default_rng(3)
    images = rng.normal(0, 1, (5, 32, 32, 3)).astype(np.float32)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit({"images": images}, {"logits": np.arange(5)}, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        loaded({"images": images})["logits"], model({"images": images})["logits"]
    )


def test_small_network_has_the_grid_of_the_large_one():
    model = build_transfer(TRANSFER_SMALL)
    assert model.get_layer("tokens").output.shape == (None, 197, 256)


def test_the_attention_of_a_model_is_shown():
    model = build_transfer(TRANSFER_TINY)
    images = np.random.default_rng(5).normal(0, 1, (3, 64, 64, 3)).astype(np.float32)
    maps = attention_maps(model)({"images": images})
    local = np.asarray(maps["local"])
    assert local.shape == (3, 8, 8, 2)
    np.testing.assert_array_equal(maps["max_out"], local.max(axis=-1, keepdims=True))
    from_class = np.asarray(maps["class_token"])
    assert from_class.shape == (3, 8, 8)
    # What the class token gives to itself is missing.
    assert (from_class.sum(axis=(1, 2)) < 1).all()


def test_a_model_without_local_attention_has_no_maps():
    config = dataclasses.replace(TRANSFER_TINY, local_attentions=0, map_drop_rate=0.0)
    with pytest.raises(ValueError, match="at least one local attention"):
        attention_maps(build_transfer(config))
