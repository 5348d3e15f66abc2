import itertools

import keras
import numpy as np
import pytest

from input_pipeline.magnification.network import MagNet, build_magnet
from tests.support.magnet_reference import with_lively_weights

FORMS = ("official", "public")


@pytest.fixture(scope="module", params=FORMS)
def form(request):
    return request.param


@pytest.fixture(scope="module")
def magnet(form):
    return with_lively_weights(build_magnet(form, width=3, decoder_blocks=1))


def frames(*shape, seed=3):
    values = np.random.default_rng(seed).uniform(-1, 1, (*shape, 3))
    return values.astype(np.float32)


def run(magnet, frame_a, frame_b, factor):
    inputs = {"frame_a": frame_a, "frame_b": frame_b, "factor": np.float32(factor)}
    return {
        name: keras.ops.convert_to_numpy(value)
        for name, value in magnet.model(inputs, training=False).items()
    }


@pytest.mark.parametrize(
    ("form", "whole", "parts"),
    [
        ("official", 918_928, (145_200, 77_824, 695_904)),
        ("public", 877_968, (154_416, 36_864, 686_688)),
    ],
)
def test_parameters_are_the_published_number(form, whole, parts):
    magnet = build_magnet(form)
    assert magnet.model.count_params() == whole
    names = ("encoder", "manipulator", "decoder")
    assert tuple(getattr(magnet, part).count_params() for part in names) == parts


@pytest.mark.parametrize("layer", ["trunk_halving", "texture_halving"])
def test_each_form_pads_both_halvings_in_its_own_way(form, magnet, layer):
    padding = {"official": "same", "public": "reflect"}[form]
    assert magnet.encoder.get_layer(layer).padding == padding


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 23), (7, 5), (8, 8), (13, 22)]
)
def test_any_size_comes_back_as_it_went_in(magnet, height, width):
    outputs = run(
        magnet, frames(2, height, width), frames(2, height, width, seed=4), [1.5, 3]
    )
    assert outputs["frame"].shape == (2, height, width, 3)
    rows, columns = (max(8, -(-side // 4) * 4) for side in (height, width))
    assert outputs["shape_a"].shape == (2, rows // 2, columns // 2, 6)
    assert outputs["texture_b"].shape == (2, rows // 4, columns // 4, 6)
    assert all(np.isfinite(value).all() for value in outputs.values())


def test_the_factor_of_identity_gives_the_shape_of_b_exactly(form, magnet):
    assert magnet.identity_factor == {"official": 1, "public": 0}[form]
    outputs = run(
        magnet,
        frames(2, 13, 22),
        frames(2, 13, 22, seed=4),
        [magnet.identity_factor] * 2,
    )
    np.testing.assert_array_equal(outputs["magnified_shape"], outputs["shape_b"])


def test_equal_frames_stay_whatever_the_factor(magnet):
    still = frames(5, 13, 22)
    outputs = run(magnet, still, still, [-3, 0, 1, 20, 1e6])
    np.testing.assert_array_equal(outputs["magnified_shape"], outputs["shape_b"])


def test_no_factor_gives_an_infinity(magnet):
    a, b = frames(4, 13, 22), frames(4, 13, 22, seed=4)
    outputs = run(magnet, a, b, [-1e6, -1, 0, 1e6])
    assert all(np.isfinite(value).all() for value in outputs.values())
    apart = outputs["magnified_shape"] - outputs["shape_b"]
    assert np.abs(apart[3]).max() > 1e3 * np.abs(apart[1]).max()


def test_a_not_a_number_stays_in_its_sample(magnet):
    a, b = frames(2, 13, 22), frames(2, 13, 22, seed=4)
    b[0, 5, 7] = np.nan
    outputs = run(magnet, a, b, [2, 2])
    assert np.isnan(outputs["frame"][0]).any()
    assert np.isfinite(outputs["frame"][1]).all()


def test_each_sample_has_its_own_factor(magnet):
    a, b = frames(2, 13, 22), frames(2, 13, 22, seed=4)
    together = run(magnet, a, b, [2, 5])
    for index, factor in enumerate((2, 5)):
        alone = run(magnet, a[index, None], b[index, None], [factor])
        np.testing.assert_allclose(
            together["frame"][index], alone["frame"][0], atol=1e-6
        )


def test_the_parts_make_up_the_network(magnet):
    a, b, factor = frames(2, 12, 20), frames(2, 12, 20, seed=4), np.float32([2, 5])
    whole = run(magnet, a, b, factor)
    a, b, factor = map(keras.ops.convert_to_tensor, (a, b, factor))
    _, shape_a = magnet.encoder(a)
    texture_b, shape_b = magnet.encoder(b)
    magnified = magnet.manipulator([shape_a, shape_b, factor])
    rendered = magnet.decoder([texture_b, magnified])
    np.testing.assert_array_equal(whole["magnified_shape"], np.asarray(magnified))
    np.testing.assert_array_equal(whole["frame"], np.asarray(rendered))


def test_it_survives_a_keras_file(magnet, tmp_path):
    magnet.model.save(tmp_path / "magnet.keras")
    loaded = MagNet(keras.models.load_model(tmp_path / "magnet.keras"))
    inputs = frames(2, 13, 22), frames(2, 13, 22, seed=4), [2, 5]
    for name, value in run(magnet, *inputs).items():
        np.testing.assert_array_equal(run(loaded, *inputs)[name], value, err_msg=name)
    assert loaded.identity_factor == magnet.identity_factor


def test_a_mixed_policy_renders_float32(form):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        magnet = build_magnet(form, width=2, decoder_blocks=1)
    finally:
        keras.config.set_dtype_policy("float32")
    a, b = frames(1, 12, 20), frames(1, 12, 20, seed=4)
    outputs = magnet.model({"frame_a": a, "frame_b": b, "factor": np.float32([2])})
    assert outputs["shape_a"].dtype == "bfloat16"
    assert outputs["frame"].dtype == "float32"
    assert all(weight.dtype == "float32" for weight in magnet.model.weights)


def test_every_weight_receives_a_gradient(form):
    model = with_lively_weights(build_magnet(form, width=3, decoder_blocks=1)).model
    before = [np.array(weight) for weight in model.weights]
    model.compile(optimizer=keras.optimizers.SGD(1e-1), loss={"frame": "mae"})
    a, b = frames(2, 12, 20), frames(2, 12, 20, seed=4)
    inputs = {"frame_a": a, "frame_b": b, "factor": np.float32([2, 5])}
    model.train_on_batch(inputs, {"frame": a})
    for weight, old in zip(model.weights, before, strict=True):
        assert not np.array_equal(np.array(weight), old), weight.path


def test_width_and_depth_of_the_decoder_are_free():
    counts = {
        (width, blocks): build_magnet(
            "official", width=width, decoder_blocks=blocks
        ).model.count_params()
        for width, blocks in itertools.product((2, 3), (1, 2))
    }
    assert counts[2, 2] - counts[2, 1] == 2 * 9 * 8**2
    assert counts[3, 2] - counts[3, 1] == 2 * 9 * 12**2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"form": "other"}, "Received: 'other'"),
        ({"form": "public", "width": 0}, "width=0"),
        ({"form": "public", "decoder_blocks": 0}, "decoder_blocks=0"),
    ],
)
def test_impossible_networks_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_magnet(**arguments)
