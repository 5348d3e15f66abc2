"""The shared check fails on layers that deserve it, and says which part did."""

import itertools

import keras
import numpy as np
import pytest

from tests.support import layer_checks

PACKAGE = "fgrmer_tf_tests"
SHIFTS = itertools.count()


@keras.saving.register_keras_serializable(package=PACKAGE)
class Sound(keras.layers.Layer):
    """`scale * nodes @ kernel`: the layer that the faulty ones spoil in one place."""

    def __init__(self, units, scale=0.1, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.scale = scale

    def build(self, nodes_shape):
        self.kernel = self.add_weight((nodes_shape[-1], self.units), name="kernel")

    def call(self, nodes):
        return self.scale * keras.ops.matmul(nodes, self.kernel)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "scale": self.scale}


@keras.saving.register_keras_serializable(package=PACKAGE)
class ForgetsAnArgument(Sound):
    def get_config(self):
        config = super().get_config()
        del config["scale"]
        return config


@keras.saving.register_keras_serializable(package=PACKAGE)
class SwapsAxes(Sound):
    def call(self, nodes):
        return keras.ops.transpose(super().call(nodes), (0, 2, 1))


@keras.saving.register_keras_serializable(package=PACKAGE)
class FixesTheBatch(Sound):
    def build(self, nodes_shape):
        super().build(nodes_shape)
        self.rows = nodes_shape[0] or 2

    def call(self, nodes):
        outputs = super().call(nodes)
        return keras.ops.reshape(outputs, (self.rows, *outputs.shape[1:]))


@keras.saving.register_keras_serializable(package=PACKAGE)
class KeepsStateOutsideWeights(Sound):
    def build(self, nodes_shape):
        super().build(nodes_shape)
        self.shift = next(SHIFTS)

    def call(self, nodes):
        return super().call(nodes) + self.shift


class IsNotRegistered(Sound):
    pass


@keras.saving.register_keras_serializable(package=PACKAGE)
class StopsTheGradient(Sound):
    def call(self, nodes):
        return keras.ops.stop_gradient(super().call(nodes))


@keras.saving.register_keras_serializable(package=PACKAGE)
class MultipliesTheGradientByZero(Sound):
    def call(self, nodes):
        outputs = super().call(nodes)
        return keras.ops.stop_gradient(outputs) + 0.0 * outputs


@keras.saving.register_keras_serializable(package=PACKAGE)
class IsRandomInTraining(Sound):
    def call(self, nodes, training=None):
        noise = keras.random.uniform(keras.ops.shape(nodes)) if training else 0.0
        return super().call(nodes + noise)


@keras.saving.register_keras_serializable(package=PACKAGE)
class IgnoresThePolicy(Sound):
    def call(self, nodes):
        return keras.ops.cast(super().call(nodes), "float32")


@keras.saving.register_keras_serializable(package=PACKAGE)
class LosesPrecision(Sound):
    def call(self, nodes):
        return super().call(nodes + 10000.0) - super().call(nodes * 0.0 + 10000.0)


def case(layer, **expectations):
    nodes = np.random.default_rng(5).normal(size=(2, 3, 7)).astype(np.float32)
    return layer_checks.Case(
        layer=layer,
        arguments={"units": 5, "scale": 0.7},
        inputs=(nodes,),
        output_shapes=((2, 3, 5),),
        **expectations,
    )


def failed_parts(case, folder):
    failed = []
    for check in layer_checks.CHECKS:
        try:
            check(case, folder) if check is layer_checks.check_saved else check(case)
        except Exception:  # a faulty layer may fail in any way
            failed.append(check.__name__.removeprefix("check_"))
    return failed


def test_a_sound_layer_passes(tmp_path):
    layer_checks.check_layer(case(Sound), tmp_path)


@pytest.mark.parametrize(
    ("layer", "parts"),
    [
        (ForgetsAnArgument, ["config", "revived", "saved"]),
        (SwapsAxes, ["shapes"]),
        (FixesTheBatch, ["shapes"]),
        (KeepsStateOutsideWeights, ["revived", "saved", "mixed_precision"]),
        (IsNotRegistered, ["saved"]),
        (StopsTheGradient, ["gradients"]),
        (MultipliesTheGradientByZero, ["gradients"]),
        (IsRandomInTraining, ["training_mode"]),
        (IgnoresThePolicy, ["mixed_precision"]),
        (LosesPrecision, ["mixed_precision"]),
    ],
)
def test_a_faulty_layer_fails_where_it_is_faulty(tmp_path, layer, parts):
    assert failed_parts(case(layer), tmp_path) == parts


def test_an_argument_left_at_its_default_is_refused():
    with pytest.raises(AssertionError, match="`scale` is at its default"):
        layer_checks.check_config(
            layer_checks.Case(
                layer=Sound,
                arguments={"units": 5, "scale": 0.1},
                inputs=(),
                output_shapes=(),
            )
        )


def test_expected_randomness_that_stays_away_fails(tmp_path):
    assert failed_parts(case(Sound, random_in_training=True), tmp_path) == [
        "training_mode"
    ]
