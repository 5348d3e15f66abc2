"""What every layer of the project must do, as one check of seven parts.

Weights and inputs are random, so that no layer passes on zeros.
"""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

# Neighbouring float16 numbers near 1 lie 1e-3 apart; a sum of products loses a few.
MIXED_TOLERANCE = 2e-2


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """A layer and what is to be expected of it."""

    layer: Callable[..., keras.layers.Layer]
    arguments: dict[str, Any]
    """All constructor arguments, none at its default."""
    inputs: tuple[np.ndarray, ...]
    output_shapes: tuple[tuple[int, ...], ...]
    batched_inputs: tuple[bool, ...] | None = None
    """Whether the first axis of an input is the batch; `None` means all are."""
    batched_outputs: bool = True
    random_in_training: bool = False

    def made(self, **kwargs):
        layer = self.layer(**self.arguments, **kwargs)
        layer(*self.inputs)
        rng = np.random.default_rng(11)
        layer.set_weights([rng.uniform(0.2, 0.9, w.shape) for w in layer.weights])
        return layer

    def symbols(self):
        batched = self.batched_inputs or (True,) * len(self.inputs)
        return [
            keras.Input(batch_shape=(None, *x.shape[1:]) if unknown else x.shape)
            for x, unknown in zip(self.inputs, batched, strict=True)
        ]


def run(layer, inputs, training=False):
    accepts = "training" in inspect.signature(layer.call).parameters
    outputs = layer(*inputs, **({"training": training} if accepts else {}))
    return [keras.ops.convert_to_numpy(x) for x in keras.tree.flatten(outputs)]


def assert_equal(left, right):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_array_equal(a, b)


def check_config(case):
    """The config holds every constructor argument, with the value that was given."""
    parameters = {
        name: parameter
        # Of `__init__`: the class's own signature is that of Keras' `__new__` in 3.10.
        for name, parameter in inspect.signature(case.layer.__init__).parameters.items()
        if name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    if case.layer.__init__ is keras.layers.Layer.__init__:
        parameters = {}
    assert case.arguments.keys() == parameters.keys()
    config = case.layer(**case.arguments).get_config()
    for name, value in case.arguments.items():
        assert value != parameters[name].default, f"`{name}` is at its default"
        assert name in config, f"`{name}` is not in the config"
        assert config[name] == value


def check_shapes(case):
    """Shape and dtype, eager and symbolic, for a known and an unknown batch size."""
    outputs = run(case.made(), case.inputs)
    assert tuple(x.shape for x in outputs) == case.output_shapes
    assert {str(x.dtype) for x in outputs} == {"float32"}
    symbolic = keras.tree.flatten(case.layer(**case.arguments)(*case.symbols()))
    first = (None,) if case.batched_outputs else ()
    for x, shape in zip(symbolic, case.output_shapes, strict=True):
        assert tuple(x.shape) == first + shape[len(first) :]
        assert x.dtype == "float32"


def check_revived(case):
    """A layer made from the config gives the same outputs with the same weights."""
    layer = case.made()
    revived = type(layer).from_config(layer.get_config())
    revived(*case.inputs)
    revived.set_weights(layer.get_weights())
    assert_equal(run(layer, case.inputs), run(revived, case.inputs))


def check_saved(case, folder):
    """A model that holds the layer survives a `.keras` file."""
    layer, symbols = case.made(), case.symbols()
    path = folder / "layer.keras"
    keras.Model(symbols, keras.tree.flatten(layer(*symbols))).save(path)
    loaded = keras.models.load_model(path)
    outputs = keras.tree.flatten(loaded(list(case.inputs), training=False))
    assert_equal(run(layer, case.inputs), [np.asarray(x) for x in outputs])


def check_gradients(case):
    """One gradient step moves every trainable weight, by a finite amount."""
    layer = case.made()
    rng = np.random.default_rng(13)
    with tf.GradientTape() as tape:
        # Random factors: a layer normalisation makes plain sums constant.
        loss = sum(
            tf.reduce_sum(x * rng.uniform(0.5, 2.0, x.shape).astype(np.float32))
            for x in keras.tree.flatten(layer(*case.inputs))
        )
    before = [np.array(w) for w in layer.trainable_weights]
    gradients = tape.gradient(loss, [w.value for w in layer.trainable_weights])
    for weight, gradient in zip(layer.trainable_weights, gradients, strict=True):
        assert gradient is not None, f"no gradient reaches `{weight.path}`"
    if before:
        keras.optimizers.SGD(0.1).apply(gradients, layer.trainable_weights)
    for weight, old in zip(layer.trainable_weights, before, strict=True):
        assert np.isfinite(np.array(weight)).all(), weight.path
        assert not np.array_equal(np.array(weight), old), f"`{weight.path}` stays"


def check_training_mode(case):
    """Training differs from inference only where it is said to."""
    layer = case.made()
    inference = run(layer, case.inputs)
    assert_equal(inference, run(layer, case.inputs))
    training = run(layer, case.inputs, training=True)
    differs = any(
        not np.array_equal(a, b) for a, b in zip(inference, training, strict=True)
    )
    assert differs == case.random_in_training


def check_mixed_precision(case):
    """Under a mixed policy: float16 out, float32 weights, nearly the same values."""
    layer = case.made(dtype="mixed_float16")
    outputs = run(layer, case.inputs)
    assert {str(x.dtype) for x in outputs} == {"float16"}
    assert all(w.dtype == "float32" for w in layer.trainable_weights)
    for mixed, full in zip(outputs, run(case.made(), case.inputs), strict=True):
        scale = max(1.0, np.abs(full).max())
        assert np.abs(mixed.astype(np.float32) - full).max() <= MIXED_TOLERANCE * scale


CHECKS = (
    check_config,
    check_shapes,
    check_revived,
    check_saved,
    check_gradients,
    check_training_mode,
    check_mixed_precision,
)


def check_layer(case, folder):
    for check in CHECKS:
        check(case, folder) if check is check_saved else check(case)
