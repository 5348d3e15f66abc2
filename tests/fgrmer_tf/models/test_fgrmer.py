import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.errors import InputError
from fgrmer_tf.experiments import PUBLISHED
from fgrmer_tf.models.computed_weights import set_adjacency
from fgrmer_tf.models.fgrmer import build_fgrmer
from tests.support.fgrmer_model import batch, build, logits, random_adjacency


def compiled(model):
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss={"logits": keras.losses.SparseCategoricalCrossentropy(from_logits=True)},
    )
    return model


def test_the_direct_head_adds_to_the_published_logits():
    model = build()
    inputs = batch(model, 5)
    taps = keras.Model(
        model.inputs,
        [model.get_layer(n).output for n in ("logits", "region_features")],
    )
    fused, features = taps(inputs)
    kernel, bias = model.get_layer("direct_logits").get_weights()
    assert kernel.shape == (320, 3)
    expected = np.array(fused) + np.array(features) @ kernel + bias
    np.testing.assert_allclose(logits(model, inputs), expected, atol=1e-5)


def test_the_published_number_of_live_parameters():
    published = dataclasses.replace(PUBLISHED.model, channels=1)
    model = build_fgrmer(**dataclasses.asdict(published))
    assert sum(w.value.shape.num_elements() for w in model.trainable_weights) == 666_538
    # The raw adjacency and the running statistics of 30 landmarks.
    not_trained = 9 * 9 + 2 * 30
    assert model.count_params() == 666_538 + not_trained


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"au_embedding": "learned", "channels": 1},
        {"num_classes": 5, "embedding_dim": 11},
        {"encoder_depth": 3, "au_embedding": "learned", "embedding_dim": 11},
        {"adjacency_normalization": "row"},
        {"adjacency_normalization": "symmetric"},
        {"dropout_rate": 0.0, "attention_dropout_rate": 0.0},
        {"learned_edges": True},
        {"au_branch": "free"},
        {"landmark_normalization": "layer"},
        {"linear_path": "trained"},
        {"linear_path": "fitted", "direct_head": False},
        {"linear_path": "trained", "linear_input": "map", "map_size": 5},
    ],
)
def test_each_option_gives_finite_logits_and_trains_every_weight(changes):
    model = build(**changes)
    num_classes = changes.get("num_classes", 3)
    assert model.name == "fgrmer"
    (output,) = model.outputs
    assert output.shape == (None, num_classes)
    names = {"patches"}
    if changes.get("au_embedding") != "learned" and "au_branch" not in changes:
        names.add("au_embeddings")
    if changes.get("linear_input") == "map":
        names.add("motion_map")
    assert {x.name for x in model.inputs} == names
    if "learned_edges" in changes:
        # Edges of the identity join nothing.
        set_adjacency(model, random_adjacency())
    inputs = batch(model, 2)
    assert np.isfinite(logits(model, inputs)).all()
    with tf.GradientTape() as tape:
        outputs = model(inputs, training=True)["logits"]
        loss = tf.reduce_sum(tf.square(outputs - [1.0] * num_classes))
    gradients = tape.gradient(loss, [w.value for w in model.trainable_weights])
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        assert gradient is not None, weight.path
        assert np.abs(tf.convert_to_tensor(gradient)).max() > 0, weight.path


def test_each_encoder_layer_adds_the_published_count():
    first, third = build(encoder_depth=1), build(encoder_depth=3)
    assert third.count_params() - first.count_params() == 2 * 2 * 38_005


def test_encoder_layers_are_chained():
    model = build(encoder_depth=2)
    for region in ("brow", "mouth"):
        first = model.get_layer(f"{region}_encoder_1")
        second = model.get_layer(f"{region}_encoder_2")
        assert second.input is first.output


@pytest.mark.parametrize("source", ["given", "learned"])
def test_a_clip_is_judged_alone(source):
    model = build(au_embedding=source)
    inputs = batch(model, 5)
    together = logits(model, inputs)
    for row in range(5):
        alone = logits(model, {k: v[row : row + 1] for k, v in inputs.items()})
        np.testing.assert_allclose(alone[0], together[row], atol=1e-5)


def test_given_embeddings_reach_the_clip_they_belong_to():
    model = build()
    inputs = batch(model, 3)
    before = logits(model, inputs)
    inputs["au_embeddings"][1] += np.random.default_rng(5).normal(
        size=inputs["au_embeddings"].shape[1:]
    )
    moved = np.abs(logits(model, inputs) - before).max(axis=1)
    np.testing.assert_array_equal(moved[[0, 2]], [0, 0])
    assert moved[1] > 1e-3


def test_brow_and_mouth_patches_keep_apart_until_fusion():
    model = build()
    probe = keras.Model(
        model.inputs,
        [model.get_layer(f"{region}_features").output for region in ("brow", "mouth")],
    )
    inputs = batch(model, 2)
    before = probe(inputs)
    inputs["patches"][:, :10] += 1.0
    after = probe(inputs)
    assert np.abs(after[0] - before[0]).max() > 1e-3
    np.testing.assert_array_equal(after[1], before[1])


def test_a_seed_fixes_the_first_weights():
    models = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        models.append(build().get_layer("mouth_hidden").get_weights()[0])
    np.testing.assert_array_equal(models[0], models[1])
    assert not np.array_equal(models[0], models[2])


def test_dense_layers_start_as_in_pytorch():
    model = build()
    for layer, fan_in in (("mouth_hidden", 980), ("brow_features", 320)):
        for weight in model.get_layer(layer).get_weights():
            assert np.abs(weight).max() * np.sqrt(fan_in) == pytest.approx(1, abs=0.05)


def test_rates_reach_the_layers_that_drop():
    model = build(dropout_rate=0.3, attention_dropout_rate=0.2)
    for region in ("brow", "mouth"):
        assert model.get_layer(f"{region}_dropout").rate == 0.3
        encoder = model.get_layer(f"{region}_encoder_1")
        assert (encoder.dropout_rate, encoder.attention_dropout_rate) == (0.3, 0.2)


@pytest.mark.parametrize("region", ["brow", "mouth"])
def test_dense_layers_of_a_region_drop_in_training_alone(region):
    model = build()
    encoded = model.get_layer(f"{region}_encoder_1").output
    head = keras.Model(encoded, model.get_layer(f"{region}_features").output)
    tokens = np.ones((2, *encoded.shape[1:]), np.float32)
    still, moving = (head(tokens, training=training) for training in (False, True))
    np.testing.assert_array_equal(still, head(tokens, training=False))
    assert np.abs(still - moving).max() > 1e-3


def test_running_statistics_keep_nine_tenths():
    model = build(channels=1, au_embedding="learned")
    inputs = batch(model, 5)
    maps = model.get_layer("landmark_convolution")(inputs["patches"])
    model(inputs, training=True)
    kept = model.get_layer("landmark_normalization").moving_mean.numpy()
    np.testing.assert_allclose(kept, 0.1 * np.mean(maps, (0, 1, 2)), atol=1e-6)


def test_another_source_of_embeddings_is_refused():
    with pytest.raises(InputError, match="Received: au_embedding='guessed'"):
        build(au_embedding="guessed")


@pytest.fixture
def mixed_policy():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(before)


def test_mixed_precision_keeps_the_head_and_nearly_the_values(mixed_policy):
    model = build(channels=1, au_embedding="learned")
    assert model.get_layer("mouth_hidden").compute_dtype == "bfloat16"
    for name in ("fusion", "fusion_normalization", "logits"):
        assert model.get_layer(name).compute_dtype == "float32"
    inputs = batch(model, 2)
    mixed = logits(model, inputs)
    assert mixed.dtype == np.float32
    keras.config.set_dtype_policy("float32")
    full = build(channels=1, au_embedding="learned")
    full.set_weights(model.get_weights())
    np.testing.assert_allclose(mixed, logits(full, inputs), atol=0.1)


def test_xla_gives_the_same_logits():
    model = build(au_embedding="learned", channels=1)
    inputs = batch(model, 2)
    compiled_call = tf.function(
        lambda x: model(x, training=False)["logits"], jit_compile=True
    )
    np.testing.assert_allclose(
        compiled_call(inputs), logits(model, inputs), atol=1e-5, rtol=1e-5
    )


@pytest.mark.parametrize("source", ["given", "learned"])
def test_it_learns_a_small_set_by_heart(source):
    keras.utils.set_random_seed(1)
    model = compiled(build(au_embedding=source))
    set_adjacency(model, random_adjacency())
    inputs, labels = batch(model, 23), np.arange(23) % 3
    model.fit(inputs, {"logits": labels}, epochs=40, batch_size=23, verbose=0)
    assert (logits(model, inputs).argmax(axis=1) == labels).all()
    np.testing.assert_allclose(
        model.get_layer("adjacency").raw.numpy(), random_adjacency(), atol=1e-6
    )


def test_only_a_trained_path_is_trained():
    for kind, trained in (("trained", 2), ("fitted", 0)):
        model = build(linear_path=kind)
        assert len(model.get_layer("linear_path").trainable_weights) == trained


def test_without_a_path_the_model_is_the_one_of_before():
    assert "linear_path" not in {layer.name for layer in build().layers}
    assert "motion_map" not in {x.name for x in build(linear_input="map").inputs}


def test_free_nodes_have_no_graph():
    names = {layer.name for layer in build(au_branch="free").layers}
    assert "au_nodes" in names
    assert not names & {"adjacency", "graph_convolution_1", "au_embedding"}


def test_a_normalised_clip_does_not_depend_on_its_batch_or_scale():
    model = build(landmark_normalization="layer")
    maps = model.get_layer("landmark_convolution").output
    probe = keras.Model(
        model.inputs, [maps, model.get_layer("landmark_normalization").output]
    )
    inputs = batch(model, 5)
    _, shown = probe(inputs, training=True)
    np.testing.assert_allclose(np.mean(shown, (1, 2, 3)), np.zeros(5), atol=1e-5)
    np.testing.assert_allclose(np.std(shown, (1, 2, 3)), np.ones(5), atol=1e-3)


def test_learned_edges_are_trained_and_others_are_not():
    for learned, count in ((True, 1), (False, 0)):
        adjacency = build(learned_edges=learned).get_layer("adjacency")
        assert len(adjacency.trainable_weights) == count
