import csv
import dataclasses
import importlib.util

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from input_pipeline.magnification import training
from input_pipeline.magnification.trainer import MagnetTrainer
from input_pipeline.magnification.training import (
    TrainingSettings,
    train_magnet,
)
from input_pipeline.magnification.weights import load_magnet

TINY = TrainingSettings(
    width=2,
    decoder_blocks=1,
    side=16,
    batch_size=2,
    steps=6,
    learning_rate=1e-2,
    mixed_precision=False,
    calibrate=False,
)


def kernels(magnet):
    return [np.asarray(kernel) for kernel in magnet.model.trainable_variables]


def fit(out, settings=TINY, **kwargs):
    return train_magnet(out, settings, checkpoint_every=2, verbose=0, **kwargs)


def history(out):
    lines = (out / "history.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    return out, fit(out)


def test_the_weights_written_are_those_trained(whole):
    out, magnet = whole
    loaded = load_magnet(out / "magnet.npz")
    for ours, theirs in zip(kernels(magnet), kernels(loaded), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-6)


def test_history_has_a_row_an_epoch(whole):
    rows = history(whole[0])
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert all(float(row["frame_error"]) > 0 < float(row["loss"]) for row in rows)


def test_the_seed_decides(whole, tmp_path):
    same = fit(tmp_path / "same")
    other = fit(tmp_path / "other", dataclasses.replace(TINY, seed=1))
    for ours, theirs in zip(kernels(whole[1]), kernels(same), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert np.abs(kernels(whole[1])[0] - kernels(other)[0]).max() > 1e-3


@pytest.mark.parametrize(
    "changed", [{"motion_weight": 0.0}, {"magnified": 1.0}, {"recoloured": 1.0}]
)
def test_what_is_set_changes_what_is_learned(whole, tmp_path, changed):
    other = fit(tmp_path, dataclasses.replace(TINY, **changed))
    assert np.abs(kernels(whole[1])[0] - kernels(other)[0]).max() > 1e-4


def test_a_stopped_run_resumes_as_if_it_had_not_stopped(whole, tmp_path, monkeypatch):
    class StoppedError(Exception):
        pass

    fit_whole = MagnetTrainer.fit

    def fit_one_epoch(self, *args, **kwargs):
        fit_whole(self, *args, **{**kwargs, "epochs": 1})
        raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(MagnetTrainer, "fit", fit_one_epoch)
        with pytest.raises(StoppedError):
            fit(tmp_path)
    assert not (tmp_path / "magnet.npz").exists()
    resumed = fit(tmp_path)
    for ours, theirs in zip(kernels(whole[1]), kernels(resumed), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert [row["epoch"] for row in history(tmp_path)] == ["0", "1", "2"]


def test_a_folder_of_another_run_is_refused(whole):
    with pytest.raises(InputError, match="other settings: learning_rate, seed"):
        fit(whole[0], dataclasses.replace(TINY, seed=1, learning_rate=1e-3))


def test_steps_must_fill_whole_epochs(tmp_path):
    with pytest.raises(InputError, match="multiple"):
        fit(tmp_path, dataclasses.replace(TINY, steps=7))


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path):
    with pytest.raises(InputError, match="no longer finite"):
        fit(tmp_path, dataclasses.replace(TINY, learning_rate=1e30))


def test_a_run_can_start_from_the_weights_of_another(whole, tmp_path):
    start = str(whole[0] / "magnet.npz")
    still = dataclasses.replace(TINY, start=start, steps=2, learning_rate=0.0)
    for ours, theirs in zip(
        kernels(whole[1]), kernels(fit(tmp_path, still)), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-6)


def test_weights_of_another_size_cannot_start_a_run(whole, tmp_path):
    start = str(whole[0] / "magnet.npz")
    with pytest.raises(InputError, match="same form, width"):
        fit(tmp_path, dataclasses.replace(TINY, start=start, width=3))


def test_the_weights_are_calibrated_when_asked(whole, tmp_path, monkeypatch):
    def double(magnet, *, seed):
        kernel = magnet.manipulator.get_layer("change").convolution.kernel
        kernel.assign(2 * kernel)

    monkeypatch.setattr(training, "calibrate", double)
    fit(tmp_path, dataclasses.replace(TINY, calibrate=True))
    before, after = (
        load_magnet(out / "magnet.npz").manipulator.get_layer("change")
        for out in (whole[0], tmp_path)
    )
    np.testing.assert_allclose(
        after.convolution.kernel, 2 * before.convolution.kernel, rtol=1e-2, atol=1e-4
    )


def test_only_the_decoder_loses_precision(tmp_path):
    magnet = fit(tmp_path, dataclasses.replace(TINY, mixed_precision=True))
    policies = {
        part.name: {layer.compute_dtype for layer in part._flatten_layers()}
        for part in (magnet.encoder, magnet.manipulator, magnet.decoder)
    }
    assert policies["encoder"] == policies["manipulator"] == {"float32"}
    assert policies["decoder"] == {"bfloat16"}
    assert all(kernel.dtype == np.float32 for kernel in kernels(magnet))


def test_tensorboard_is_named_when_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install tensorboard"):
        fit(tmp_path, tensorboard=True)


def test_tensorboard_gets_the_loss_when_asked(tmp_path):
    pytest.importorskip("tensorboard")
    fit(tmp_path, tensorboard=True)
    assert list(tmp_path.glob("tensorboard/**/events*"))
