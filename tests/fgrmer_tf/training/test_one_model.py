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
from fgrmer_tf.training.fold_trainer import FoldTrainer
from fgrmer_tf.training.one_model import fit_one
from tests.fgrmer_tf.training import small_run

ROOT = Path(__file__).resolve().parents[3]


def batches(epochs=3, weight=1.0, size=7):
    """All batches of all epochs, in the order of the folds' own loop."""
    table, key = small_run.make_table(), tf.constant(small_run.SEED, tf.int64)
    columns = {
        "patches": tf.constant(table.patches),
        "label": tf.constant(table.label),
        "weight": tf.fill([41], np.float32(weight)),
    }

    steps = -(-41 // size)

    def batch(number):
        epoch, first = number // steps, number % steps * size
        order = small_run.BATCHING.order(tf.constant(41, tf.int64), key, epoch)
        rows = order[first : first + size]
        return small_run.training_batch(columns, rows, key, epoch)

    return tf.data.Dataset.range(epochs * steps).map(batch)


def fit(build=small_run.make_model, data=None, config=small_run.CONFIG, **options):
    data = batches(size=config.batch_size) if data is None else data
    return fit_one(build, data, 41, config, seed=small_run.SEED, **options)


def logits(model):
    return model({"patches": small_run.make_table().patches})["logits"].numpy()


def undropped():
    return small_run.make_model(dropout=0.0)


def test_it_equals_the_loop_of_the_folds():
    seen = []
    config = dataclasses.replace(small_run.CONFIG, learning_rate=0.002)
    model, loss = fit(
        undropped, config=config, on_epoch=lambda *event: seen.append(event)
    )
    assert seen == list(enumerate(loss, start=1))
    assert not model.compiled
    table = small_run.make_table()
    trainer = FoldTrainer(undropped, small_run.BATCHING, config)
    columns = {
        "patches": table.patches,
        "label": table.label,
        "weight": np.ones(41, np.float32),
    }
    expected = trainer.fit(columns, None, seed=small_run.SEED, epochs=3, name="all")
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    its = trainer.predict({"patches": table.patches}, 41, name="all")
    np.testing.assert_allclose(logits(model), its, atol=1e-5)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_learns_and_keeps_a_float32_model(precision):
    full, full_loss = fit(undropped)
    model, loss = fit(undropped, fit=FitConfig(precision=precision))
    assert keras.config.dtype_policy().name == "float32"
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    np.testing.assert_allclose(loss, full_loss, rtol=0.1)
    assert (logits(model) != logits(full)).any()


def test_xla_compiles_the_same_training(monkeypatch):
    asked = []
    compile_ = keras.Model.compile

    def spy(model, *arguments, **options):
        asked.append(options["jit_compile"])
        compile_(model, *arguments, **options)

    monkeypatch.setattr(keras.Model, "compile", spy)
    plain, loss = fit(undropped)
    compiled, same = fit(undropped, fit=FitConfig(xla=True))
    assert asked == ["auto", True]
    np.testing.assert_allclose(same, loss, rtol=1e-3)
    np.testing.assert_allclose(logits(compiled), logits(plain), rtol=0.01, atol=0.01)


def test_an_average_of_the_weights_can_be_kept():
    last, loss = fit()
    averaged, same = fit(fit=FitConfig(ema=0.9))
    assert same == loss
    keras.utils.set_random_seed(small_run.SEED)
    start = small_run.make_model()
    for first, mean, end in zip(
        *(model.trainable_variables for model in (start, averaged, last)), strict=True
    ):
        # Between the start and the end, and neither of them.
        gone, whole = (np.linalg.norm(np.subtract(of, first)) for of in (mean, end))
        assert 0 < gone < whole


def test_a_callback_of_ones_own_is_called():
    epochs = []
    on_end = keras.callbacks.LambdaCallback(on_epoch_end=lambda n, _: epochs.append(n))
    fit(callbacks=[on_end])
    assert epochs == [0, 1, 2]


def test_a_loss_that_is_not_finite_stops_it():
    with pytest.raises(InputError, match=r"nan in epoch 1\. Lower.*0\.01"):
        fit(data=batches(weight=np.nan))


def test_tensorboard_is_asked_for_where_it_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install tensorboard"):
        fit(fit=FitConfig(tensorboard=True), log_folder=tmp_path)


def test_tensorboard_gets_its_files(tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    fit(fit=FitConfig(tensorboard=True), log_folder=tmp_path)
    assert [*tmp_path.rglob("events.out.tfevents.*")]


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(InputError, match=r"CPU:0.*Received: \['GPU:7'\]"):
        fit(fit=FitConfig(devices=("GPU:7",)))


_TWO_DEVICES = """
import tensorflow as tf
cpus = tf.config.list_physical_devices("CPU")
halves = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(cpus[0], halves)
from fgrmer_tf.config import FitConfig
from tests.fgrmer_tf.training import test_one_model as test
two = FitConfig(devices=("CPU:0", "CPU:1"))
config = test.dataclasses.replace(test.small_run.CONFIG, batch_size=6)
alone, loss = test.fit(config=config)
both, shared = test.fit(config=config, fit=two)
assert len(shared) == 3 and shared[-1] < shared[0], shared
assert abs(shared[0] - loss[0]) < 0.3 * loss[0], (shared, loss)
assert (test.logits(both) != test.logits(alone)).any()
for size, clips in ((7, "7 clips in the first"), (8, "1 in the last")):
    with test.pytest.raises(test.InputError, match=f"2 devices.*{clips}"):
        test.fit(config=test.dataclasses.replace(config, batch_size=size), fit=two)
print("mirrored")
"""


def test_a_batch_can_be_shared_by_two_devices():
    done = subprocess.run(
        [sys.executable, "-c", _TWO_DEVICES], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.endswith("mirrored\n"), done.stderr[-2000:]
