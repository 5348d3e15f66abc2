"""Magnified motion by the command line, with weights that a test makes."""

import json

import numpy as np
import pytest

from fgrmer_tf.cli.main import main
from input_pipeline import feature_store
from input_pipeline.magnification import training
from input_pipeline.magnification.shape_path import ShapePath, read_model
from input_pipeline.video import read_video, video_info
from tests.support.casme2_folder import (
    FRAMES,
    three_class_rows,
    write_casme2_folder,
)
from tests.support.magnet_reference import load_reference, reference_state_dict


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A data set, and a network of the public form."""
    work = tmp_path_factory.mktemp("magnify")
    write_casme2_folder(work / "data", three_class_rows())
    np.savez(work / "state.npz", **reference_state_dict(load_reference()))
    network = str(work / "network")
    assert (
        main(["magnify", "import-torch", str(work / "state.npz"), "--out", network])
        == 0
    )
    return work


def prepare(work, out, *options):
    data = ["--data", f"casme2={work / 'data'}", "--motion", "magnet"]
    weights = ["--weights", str(work / "network" / "shape_path.tflite")]
    return main(["prepare", *data, *weights, "--out", str(out), *options])


def test_the_published_map_is_the_mean_of_a_shape(work, tmp_path):
    assert prepare(work, tmp_path / "store", "--magnet-map", "mean") == 0
    table = feature_store.read(tmp_path / "store")
    assert table.channels == 1
    assert 0 <= table.patches.min() < table.patches.max() <= 1


@pytest.mark.parametrize(
    ("options", "channels"),
    [
        ((), 3),
        (("--magnet-map", "projection", "--magnet-area", "patches"), 8),
    ],
)
def test_magnet_features_go_all_the_way_to_a_prediction(
    work, tmp_path, capsys, options, channels
):
    store, model = tmp_path / "store", tmp_path / "model"
    assert prepare(work, store, *options) == 0
    assert feature_store.read(store).channels == channels
    train = ["--store", str(store), "--out", str(model), "--epochs", "1"]
    assert main(["train", *train]) == 0
    clip = work / "data" / FRAMES / "sub01" / "EP00"
    frames = ["--onset", str(clip / "img46.jpg"), "--apex", str(clip / "img59.jpg")]
    picture = tmp_path / "o.png"
    options = ["--overlay", str(picture), "--json"]
    capsys.readouterr()
    assert main(["predict", "--model", str(model), *frames, *options]) == 0
    result = json.loads(capsys.readouterr().out)
    assert sum(result["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_another_factor_or_other_weights_make_another_store(work, tmp_path, capsys):
    store = tmp_path / "store"
    assert prepare(work, store) == 0
    assert prepare(work, store, "--factor", "2") == 2
    assert "other clips or settings" in capsys.readouterr().err.replace("\n", " ")
    assert prepare(work, tmp_path / "other", "--factor", "2") == 0
    one, other = (feature_store.read(s).patches for s in (store, tmp_path / "other"))
    assert np.abs(one - other).max() > 0.01


def test_a_clip_becomes_a_magnified_video_and_that_another(work, tmp_path):
    weights = ["--weights", str(work / "network" / "magnet.npz")]
    clip = work / "data" / FRAMES / "sub01" / "EP00"
    first, second = tmp_path / "a.mp4", tmp_path / "b.mp4"
    options = ["--out", str(first), "--fps", "50", *weights]
    assert main(["magnify", "clip", str(clip), *options]) == 0
    assert video_info(first).fps == 50
    assert len(list(read_video(first))) == 3
    band = ["--band", "5", "10", "--factor", "2"]
    assert (
        main(["magnify", "video", str(first), "--out", str(second), *weights, *band])
        == 0
    )
    assert len(list(read_video(second))) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["video", "{tmp}/none.mp4", "--out", "{tmp}/o.mp4"], "none.mp4"),
        (["clip", "{tmp}", "--out", "{tmp}/o.mp4"], "numbered frames"),
        (["clip", "{clip}", "--out", "{tmp}/o.avi", "--weights", "{npz}"], ".mp4"),
        (["clip", "{clip}", "--out", "{tmp}/o.mp4", "--weights", "{tmp}"], "Weights"),
        (["import-torch", "{tmp}/none.npz", "--out", "{tmp}/o"], "none.npz"),
    ],
)
def test_wrong_input_is_one_clear_line_and_leaves_nothing(
    work, tmp_path, capsys, arguments, message
):
    places = {
        "tmp": tmp_path,
        "clip": work / "data" / FRAMES / "sub01" / "EP00",
        "npz": work / "network" / "magnet.npz",
    }
    assert main(["magnify", *(part.format(**places) for part in arguments)]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_weights_of_another_kind_are_refused(work, tmp_path, capsys):
    data = ["--data", f"casme2={work / 'data'}", "--out", str(tmp_path / "s")]
    weights = ["--motion", "magnet", "--weights", str(work / "network" / "magnet.npz")]
    assert main(["prepare", *data, *weights]) == 2
    assert "shape path" in " ".join(capsys.readouterr().err.split())


def test_training_leaves_weights_that_can_be_used(work, tmp_path):
    out = ["--out", str(tmp_path / "run"), "--checkpoint-every", "1"]
    said = ["--steps", "2", "--batch-size", "1", "--motion-weight", "0"]
    said += ["--magnified", "5", "--no-calibrate"]
    assert main(["magnify", "train", *out, *said]) == 0
    settings = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert (
        settings.items()
        >= {
            "steps": 2,
            "batch_size": 1,
            "motion_weight": 0.0,
            "magnified": 5.0,
            "calibrate": False,
        }.items()
    )
    assert ShapePath(read_model(tmp_path / "run" / "shape_path.tflite")).traits
    clip = work / "data" / FRAMES / "sub01" / "EP00"
    weights = ["--weights", str(tmp_path / "run" / "magnet.npz")]
    video = ["--out", str(tmp_path / "o.mp4")]
    assert main(["magnify", "clip", str(clip), *video, *weights]) == 0


def test_a_network_that_learned_nothing_is_said(tmp_path, capsys, monkeypatch):
    def learned_nothing(*_, **__):
        raise ArithmeticError("It hardly magnifies.")

    monkeypatch.setattr(training, "train_magnet", learned_nothing)
    assert main(["magnify", "train", "--out", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert "hardly magnifies" in error
    assert "more --steps" in error.replace("\n", " ")
