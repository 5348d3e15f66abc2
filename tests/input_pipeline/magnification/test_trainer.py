import keras
import numpy as np
import pytest

from input_pipeline.magnification.first_weights import draw_first_weights
from input_pipeline.magnification.network import build_magnet
from input_pipeline.magnification.trainer import MagnetTrainer


def kernels(magnet):
    return [np.asarray(kernel) for kernel in magnet.model.trainable_variables]


def inputs(count=3, side=16):
    rng = np.random.default_rng(0)
    names = ("frame_a", "frame_b", "frame_twin")
    frames = {
        name: rng.uniform(-1, 1, (count, side, side, 3)).astype(np.float32)
        for name in names
    }
    return {**frames, "factor": np.float32([1.5, 3.0, 7.0])}


def test_the_frame_is_that_of_the_network():
    magnet = build_magnet("public", width=2, decoder_blocks=1)
    given = inputs()
    found = MagnetTrainer(magnet, 0.1, 4.0)(given)
    twin = given.pop("frame_twin")
    expected = magnet.model(given)
    np.testing.assert_allclose(found["frame"], expected["frame"], atol=1e-6)
    texture, shape = magnet.encoder(twin)
    gap = np.abs(texture - expected["texture_a"]).mean()
    assert float(found["texture_gap"]) == pytest.approx(gap, rel=1e-4)
    gap = np.abs(shape - expected["shape_b"]).mean()
    assert float(found["shape_gap"]) == pytest.approx(gap, rel=1e-4)


def small_trainer(**settings):
    magnet = build_magnet("official", width=2, decoder_blocks=1)
    return MagnetTrainer(magnet, **settings)


def test_the_loss_is_the_error_of_the_frame_and_a_share_of_the_gaps():
    trainer = small_trainer(regularization=0.3, motion_weight=0.0)
    given = inputs()
    found = trainer(given)
    truth = np.zeros((3, 16, 16, 3), np.float32)
    expected = np.abs(found["frame"]).mean() + 0.3 * (
        float(found["texture_gap"]) + float(found["shape_gap"])
    )
    loss = trainer.compute_loss(given, truth, found)
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_a_pixel_weighs_more_where_the_frame_must_change():
    given = inputs(count=2)
    truth = given["frame_b"].copy()
    truth[0, 3:5, 7:9, 1] += 0.6
    truth[1] += np.linspace(0, 0.3, 16)[None, :, None]
    error = np.random.default_rng(3).uniform(0, 0.4, truth.shape).astype(np.float32)
    outputs = {"frame": truth + error, "texture_gap": 0.0, "shape_gap": 0.0}

    expected = []
    for one, b, wrong in zip(truth, given["frame_b"], error, strict=True):
        change = np.abs(one - b).mean(-1)
        weight = 1 + 2.5 * change / (change.mean() + 0.01)
        weight /= weight.mean()
        expected.append((weight[..., None] * wrong).mean())
    trainer = small_trainer(regularization=0.1, motion_weight=2.5)
    loss = trainer.compute_loss(given, truth, outputs)
    assert float(loss) == pytest.approx(np.mean(expected), rel=1e-5)
    assert float(loss) != pytest.approx(error.mean(), rel=1e-2)
    # What is reported is comparable whatever the weights are.
    found = float(trainer.frame_error.result())
    assert found == pytest.approx(error.mean(), rel=1e-5)


def test_a_frame_where_nothing_changes_has_a_finite_loss():
    given = inputs(count=1)
    truth = given["frame_b"]
    outputs = {"frame": truth + 0.25, "texture_gap": 0.0, "shape_gap": 0.0}
    trainer = small_trainer(regularization=0.1, motion_weight=4.0)
    loss = trainer.compute_loss(given, truth, outputs)
    assert float(loss) == pytest.approx(0.25, rel=1e-5)


def test_every_kernel_is_trained():
    magnet = build_magnet("official", width=2, decoder_blocks=1)
    draw_first_weights(magnet, 0)
    before = kernels(magnet)
    trainer = MagnetTrainer(magnet, 0.1, 4.0)
    trainer.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=False)
    truth = np.zeros((3, 16, 16, 3), np.float32)
    trainer.train_on_batch(inputs(), truth)
    for old, new in zip(before, kernels(magnet), strict=True):
        assert np.abs(old - new).max() > 1e-5
