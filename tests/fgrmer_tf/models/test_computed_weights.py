import keras
import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.models.computed_weights import set_adjacency, set_linear_path
from tests.support.fgrmer_model import batch, build, logits, random_adjacency


def test_the_adjacency_matters_and_travels_with_the_file(tmp_path):
    model = build()
    inputs = batch(model, 2)
    identity = logits(model, inputs)
    set_adjacency(model, random_adjacency())
    fold = logits(model, inputs)
    assert np.abs(fold - identity).max() > 1e-3
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(logits(loaded, inputs), fold, atol=1e-6)
    np.testing.assert_allclose(
        loaded.get_layer("adjacency").raw.numpy(), random_adjacency(), atol=1e-6
    )


def with_entry(row, column, value):
    adjacency = random_adjacency()
    adjacency[row, column] = value
    return adjacency


@pytest.mark.parametrize(
    ("adjacency", "message"),
    [
        (np.eye(7), r"shape \(9, 9\).*Received: \(7, 7\)"),
        (with_entry(2, 3, -0.1), r"at least 0.*minimum -0\.1"),
        (with_entry(2, 3, np.nan), "finite.*minimum nan"),
        (with_entry(2, 3, np.inf), "finite.*maximum inf"),
        (with_entry(2, slice(None), 0), r"row.*rows \[2\] sum to 0.*identity"),
        (with_entry(slice(None), 3, 0), r"column.*columns \[3\] sum to 0.*identity"),
    ],
)
def test_an_adjacency_that_cannot_be_normalised_is_refused(adjacency, message):
    model = build(au_embedding="learned")
    with pytest.raises(InputError, match=message):
        set_adjacency(model, adjacency)
    np.testing.assert_array_equal(model.get_layer("adjacency").raw.numpy(), np.eye(9))


def path_of(model, seed=5):
    """Weights for the linear path that say something."""
    random = np.random.default_rng(seed)
    path = model.get_layer("linear_path")
    return {
        name: random.normal(size=getattr(path, name).shape)
        for name in ("mean", "scale", "kernel", "bias")
    }


@pytest.mark.parametrize("source", ["patches", "map"])
@pytest.mark.parametrize("kind", ["trained", "fitted"])
def test_the_linear_path_adds_its_logits(source, kind):
    model = build(linear_path=kind, linear_input=source, map_size=5)
    inputs = batch(model, 7)
    before = logits(model, inputs)
    weights = path_of(model)
    set_linear_path(model, **weights)
    values = inputs["patches" if source == "patches" else "motion_map"].reshape(7, -1)
    expected = (values - weights["mean"]) * weights["scale"] @ weights["kernel"]
    added = logits(model, inputs) - before
    np.testing.assert_allclose(added, expected + weights["bias"], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", ["mean", "scale", "kernel", "bias"])
def test_a_path_of_another_size_or_not_finite_is_refused(name):
    model = build(linear_path="fitted", channels=1)
    weights = path_of(model)
    for wrong, message in (
        (weights[name][:-1], "shape"),
        (weights[name] * np.nan, "not finite"),
    ):
        with pytest.raises(InputError, match=f"`{name}` of the linear path.*{message}"):
            set_linear_path(model, **weights | {name: wrong})
