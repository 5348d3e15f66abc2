import dataclasses
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.config import FitConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.training.keras_fit import jit_compile
from fgrmer_tf.training.transfer_fit import (
    fit_transfer,
    make_optimizer,
    predict_transfer,
)
from fgrmer_tf.transfer_config import TransferConfig, TransferTrainConfig

ROOT = Path(__file__).resolve().parents[3]
NETWORK = TransferConfig(
    num_classes=3,
    image_size=17,
    stem_filters=(5, 7),
    stem_units=(1, 1),
    attention_reduction=2,
    embedding_dim=12,
    encoder_depth=1,
    num_heads=3,
    feed_forward_units=11,
)
CONFIG = TransferTrainConfig(
    epochs=3, batch_size=6, optimizer="adamw", learning_rate=0.01, schedule="cosine"
)
LABEL = np.arange(23) % 3
_NOISE = np.random.default_rng(3).normal(size=(23, 17, 17, 3))
IMAGES = (_NOISE + LABEL[:, None, None, None] - 1).astype(np.float32)
TARGET = np.eye(3, dtype=np.float32)[LABEL]


def batches(first=0, epochs=3, weight=1.0):
    def epoch(number):
        order = tf.random.experimental.stateless_shuffle(tf.range(23), [5, number])
        return tf.data.Dataset.from_tensor_slices(order).batch(6)

    def pick(rows):
        weights = tf.fill([tf.size(rows)], np.float32(weight))
        return {"images": tf.gather(IMAGES, rows)}, tf.gather(TARGET, rows), weights

    return tf.data.Dataset.range(first, epochs).flat_map(epoch).map(pick)


def fit(folder, config=CONFIG, data=None, network=NETWORK, **options):
    data = data or (lambda first: batches(first, config.epochs))
    return fit_transfer(
        network, data, 23, config, seed=7, state=folder / "state.npz", **options
    )


def logits(model):
    data = tf.data.Dataset.from_tensor_slices({"images": IMAGES}).batch(8)
    return predict_transfer(model, data)


def test_it_learns_and_reports_every_epoch(tmp_path):
    seen = []
    config = dataclasses.replace(CONFIG, epochs=8)
    model, loss = fit(tmp_path, config, on_epoch=lambda *event: seen.append(event))
    assert [epoch for epoch, _ in seen] == list(range(1, 9))
    assert [value for _, value in seen] == pytest.approx(loss)
    assert loss[-1] < 0.8 * loss[0]
    assert not model.compiled
    assert logits(model).shape == (23, 3)
    assert (logits(model).argmax(axis=1) == LABEL).mean() > 0.6


def test_a_fit_that_was_stopped_ends_as_one_that_was_not(tmp_path):
    config = dataclasses.replace(CONFIG, epochs=2)
    average = FitConfig(ema=0.9)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    expected, loss = fit(tmp_path / "a", config, fit=average)

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 0:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "b", config, fit=average, callbacks=[Stop()])
    asked = []

    def rest(first):
        asked.append(first)
        return batches(first, 2)

    found, same = fit(tmp_path / "b", config, rest, fit=average)
    assert asked == [1]
    assert same == loss
    np.testing.assert_array_equal(logits(found), logits(expected))
    # A run that was stopped between its last epoch and its end.
    again, _ = fit(tmp_path / "b", config, fit=average)
    np.testing.assert_array_equal(logits(again), logits(expected))


def test_an_average_of_the_weights_is_kept(tmp_path):
    (tmp_path / "a").mkdir()
    last, loss = fit(tmp_path)
    averaged, same = fit(tmp_path / "a", fit=FitConfig(ema=0.9))
    assert same == loss
    assert (logits(last) != logits(averaged)).any()


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_keeps_a_float32_model(tmp_path, precision):
    (tmp_path / "a").mkdir()
    _, full = fit(tmp_path)
    model, loss = fit(tmp_path / "a", fit=FitConfig(precision=precision))
    assert keras.config.dtype_policy().name == "float32"
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    np.testing.assert_allclose(loss, full, rtol=0.1)


def test_xla_compiles_the_same_training(tmp_path, monkeypatch):
    asked = []
    compile_ = keras.Model.compile

    def spy(model, *arguments, **options):
        asked.append(options["jit_compile"])
        compile_(model, *arguments, **options)

    monkeypatch.setattr(keras.Model, "compile", spy)
    (tmp_path / "a").mkdir()
    # XLA draws other random numbers.
    undropped = dataclasses.replace(NETWORK, map_drop_rate=0.0, head_drop_rate=0.0)
    plain, loss = fit(tmp_path, network=undropped)
    xla = FitConfig(xla=True)
    compiled, same = fit(tmp_path / "a", network=undropped, fit=xla)
    assert asked == ["auto", True]
    np.testing.assert_allclose(same, loss, rtol=1e-3)
    np.testing.assert_allclose(logits(compiled), logits(plain), rtol=0.01, atol=0.01)


def test_xla_is_for_one_device():
    with pytest.raises(InputError, match="Received: 2"):
        jit_compile(True, 2)


def test_a_loss_that_is_not_finite_stops_it(tmp_path):
    with pytest.raises(InputError, match="nan in epoch 1"):
        fit(tmp_path, data=lambda first: batches(first, weight=np.nan))


def test_shares_devices_and_tensorboard_are_checked(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="GPU:7"):
        fit(tmp_path, fit=FitConfig(devices=("GPU:7",)))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install tensorboard"):
        fit(tmp_path, fit=FitConfig(tensorboard=True), log_folder=tmp_path)


_TWO_DEVICES = """
import pathlib, sys
import tensorflow as tf
cpus = tf.config.list_physical_devices("CPU")
halves = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpus[0], halves)
from fgrmer_tf.config import FitConfig
from tests.fgrmer_tf.training import test_transfer_fit as test
two = FitConfig(devices=("CPU:0", "CPU:1"))
model, loss = test.fit(pathlib.Path(sys.argv[1]), fit=two)
assert len(loss) == 3 and loss[-1] < 1.2 * loss[0], loss
assert test.logits(model).shape == (23, 3)
"""


def test_two_devices_share_a_batch(tmp_path):
    command = [sys.executable, "-c", _TWO_DEVICES, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_step_size_falls_as_published():
    config = TransferTrainConfig()
    rate = make_optimizer(config, steps=100).learning_rate
    optimizer = make_optimizer(config, steps=100)
    schedule = optimizer._learning_rate
    found = [float(schedule(step)) for step in (0, 1499, 1501, 2999, 3001, 3999)]
    np.testing.assert_allclose(found, [1e-4, 1e-4, 1e-5, 1e-5, 1e-6, 1e-6], rtol=1e-5)
    assert float(rate) == pytest.approx(1e-4)
    flat = dataclasses.replace(config, milestones=())
    assert float(make_optimizer(flat, 100).learning_rate) == pytest.approx(1e-4)


def test_predictions_that_are_not_finite_are_refused(tmp_path):
    model, _ = fit(tmp_path, dataclasses.replace(CONFIG, epochs=1))
    kernel = model.get_layer("logits").kernel
    kernel.assign(np.full(kernel.shape, np.nan))
    with pytest.raises(InputError, match="picture 0"):
        logits(model)


def test_a_start_is_where_the_first_step_is_made_from(tmp_path):
    def start(model):
        model.get_layer("logits").bias.assign([2.0, -3.0, 5.0])

    still = dataclasses.replace(CONFIG, epochs=1, learning_rate=1e-12)
    model, _ = fit(tmp_path, still, start=start)
    bias = model.get_layer("logits").bias
    np.testing.assert_allclose(bias, [2, -3, 5], atol=1e-6)


def test_a_stopped_fit_goes_on_from_its_state_and_not_from_the_start(tmp_path):
    config = dataclasses.replace(CONFIG, epochs=2)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    def start(model):
        kernel = model.get_layer("projection").kernel
        kernel.assign(np.full(kernel.shape, 0.1))

    expected, loss = fit(tmp_path / "a", config, start=start)

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "b", config, start=start, callbacks=[Stop()])
    found, same = fit(tmp_path / "b", config, start=start)
    assert same == loss
    np.testing.assert_array_equal(logits(found), logits(expected))
