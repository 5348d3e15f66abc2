"""The commands as a user runs them, on a tiny data set in native layout."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fgrmer_tf.cli.main import main
from tests.support.casme2_folder import (
    row,
    three_class_rows,
    write_casme2_folder,
)
from tests.support.golden_weights import load_reference, reference_state_dict

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A data set, its store, an evaluation and a trained, exported model."""
    work = tmp_path_factory.mktemp("cli")
    rows = [*three_class_rows(), row(clip="EP09", apex="/")]
    write_casme2_folder(work / "data", rows)
    store = ["--store", str(work / "store")]
    few = ["--epochs", "2"]
    for command in (
        ["prepare", "--data", f"casme2={work / 'data'}", "--out", str(work / "store")],
        ["evaluate", *store, "--out", str(work / "evaluation"), *few],
        ["train", *store, "--out", str(work / "model"), *few],
        ["export", str(work / "model"), "--out", str(work / "export"), *store],
    ):
        assert main(command) == 0, command
    return work


def test_evaluate_leaves_what_it_says(work):
    run = work / "evaluation"
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["protocol"] == "loso"
    assert metrics["selection"] == "fixed"
    assert set(metrics["full"]) == {"uf1", "uar", "accuracy"}
    assert set(metrics["datasets"]) == {"casme2"}
    predictions = pd.read_csv(run / "predictions.csv")
    assert len(predictions) == 6
    right = (predictions["true"] == predictions["predicted"]).mean()
    assert metrics["full"]["accuracy"] == pytest.approx(right)
    page = (run / "report.html").read_text()
    assert "no apex annotated" in page
    config = json.loads((run / "config.json").read_text())
    assert config["experiment"]["train"]["epochs"] == 2


def test_the_same_evaluation_again_changes_nothing(work, capsys):
    before = (work / "evaluation" / "predictions.csv").read_bytes()
    arguments = ["--store", str(work / "store"), "--out", str(work / "evaluation")]
    assert main(["evaluate", *arguments, "--epochs", "2"]) == 0
    assert (work / "evaluation" / "predictions.csv").read_bytes() == before
    assert main(["evaluate", *arguments, "--epochs", "3"]) == 2
    assert "epochs" in capsys.readouterr().err


def test_a_trained_run_is_not_continued_with_another_matrix(work, tmp_path, capsys):
    np.save(tmp_path / "m.npy", np.ones((9, 9)))
    before = (work / "model" / "serving.json").read_bytes()
    arguments = ["--store", str(work / "store"), "--out", str(work / "model")]
    matrix = ["--au-matrix", str(tmp_path / "m.npy")]
    assert main(["train", *arguments, "--epochs", "2", *matrix]) == 2
    assert "au_matrix" in capsys.readouterr().err
    assert (work / "model" / "serving.json").read_bytes() == before


@pytest.mark.parametrize("model", ["model", "export"])
def test_predict_says_the_same_from_a_run_and_from_an_export(
    work, tmp_path, capsys, model
):
    clip = work / "data" / "CASME2_RAW_selected" / "sub01" / "EP00"
    picture = tmp_path / "o.png"
    frames = ["--onset", str(clip / "img46.jpg"), "--apex", str(clip / "img59.jpg")]
    common = ["--overlay", str(picture), "--json"]
    assert main(["predict", "--model", str(work / model), *frames, *common]) == 0
    result = json.loads(capsys.readouterr().out)
    assert sum(result["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert result["label"] == max(
        result["probabilities"], key=result["probabilities"].get
    )
    assert picture.read_bytes().startswith(b"\x89PNG")
    known = work / "known.json"
    if known.exists():
        expected = json.loads(known.read_text())
        assert result["probabilities"] == pytest.approx(expected, abs=1e-5)
    known.write_text(json.dumps(result["probabilities"]))


def test_predict_spots_the_apex_of_a_folder(work, tmp_path, capsys):
    clip = work / "data" / "CASME2_RAW_selected" / "sub02" / "EP01"
    arguments = ["--clip", str(clip), "--overlay", str(tmp_path / "o.png")]
    assert main(["predict", "--model", str(work / "model"), *arguments]) == 0
    seen = capsys.readouterr()
    assert seen.out.strip() in ("positive", "negative", "surprise")
    assert "apex spotted at frame 2 of 3" in seen.err.replace("\n", " ")


def test_a_feature_table_goes_through_evaluate(work, tmp_path):
    table = tmp_path / "t.npz"
    assert main(["features", "export", str(work / "store"), str(table)]) == 0
    store, run = str(tmp_path / "s"), str(tmp_path / "r")
    assert main(["features", "import", str(table), "--out", store]) == 0
    options = ["--epochs", "1", "--experiment", "published", "--batch-size", "3"]
    assert main(["evaluate", "--store", store, "--out", run, *options]) == 0
    config = json.loads((tmp_path / "r" / "config.json").read_text())
    assert config["experiment"]["model"]["au_embedding"] == "learned"
    assert config["experiment"]["train"]["batch_size"] == 3
    assert config["experiment"]["train"]["class_balanced"] is False


def test_published_weights_become_a_model_and_an_export(tmp_path):
    np.savez(tmp_path / "w.npz", **reference_state_dict(load_reference()))
    run, out = str(tmp_path / "run"), str(tmp_path / "export")
    assert main(["import-torch", str(tmp_path / "w.npz"), "--out", run]) == 0
    assert main(["export", run, "--out", out, "--formats", "onnx"]) == 0
    assert (tmp_path / "export" / "model.onnx").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "casme2", "{tmp}"], "one coding sheet"),
        (["prepare", "--out", "{tmp}/s"], "--data DATASET=ROOT"),
        (["prepare", "--out", "{tmp}/s", "--data", "casme2"], "DATASET=ROOT"),
        (["prepare", "--out", "{tmp}/s", "--data", "dfme={tmp}"], "one of casme"),
        (["evaluate", "--store", "{tmp}", "--out", "{tmp}/r"], "not a feature store"),
        (["train", "--store", "{tmp}", "--out", "{tmp}/r"], "not a feature store"),
        (["export", "{tmp}", "--out", "{tmp}/e"], "model.keras"),
        (["predict", "--model", "{tmp}", "--clip", "{tmp}"], "manifest.json"),
        (["predict", "--model", "{work}/model", "--onset", "a"], "--onset A --apex B"),
        (["predict", "--model", "{work}/model", "--clip", "{tmp}"], "numbered frames"),
        (
            ["predict", "--model", "{work}/model", "--onset", "a", "--apex", "b"],
            "`a`",
        ),
        (["import-torch", "{tmp}/none.npz", "--out", "{tmp}/r"], "none.npz"),
        (["features", "import", "{tmp}/none.npz", "--out", "{tmp}/r"], "none.npz"),
        (
            [
                "evaluate",
                "--store",
                "{work}/store",
                "--out",
                "{tmp}/r",
                "--epochs",
                "0",
            ],
            "at least 1",
        ),
        (
            [
                "evaluate",
                "--store",
                "{work}/store",
                "--out",
                "{tmp}/r",
                "--seed",
                "1",
                "1",
            ],
            "distinct",
        ),
    ],
)
def test_wrong_input_is_one_clear_line_and_leaves_nothing(
    work, tmp_path, capsys, arguments, message
):
    filled = [part.format(tmp=tmp_path, work=work) for part in arguments]
    try:
        status = main(filled)
    except SystemExit as stopped:  # the option parser's own refusal
        status = stopped.code
    assert status == 2
    error = " ".join(capsys.readouterr().err.split())
    assert message in error
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_what_the_system_refuses_is_one_clear_line(work, tmp_path, capsys):
    (tmp_path / "file").touch()
    out = str(tmp_path / "file" / "table.npz")
    assert main(["features", "export", str(work / "store"), out]) == 1
    error = capsys.readouterr().err
    assert "file" in error
    assert "Traceback" not in error


def test_a_failed_export_is_said_and_leaves_nothing(work, tmp_path, monkeypatch):
    monkeypatch.setattr("export.judge.TOLERANCE", {"onnx": {"logits": 0.0}})
    options = ["--out", str(tmp_path / "export"), "--formats", "onnx"]
    with pytest.raises(SystemExit, match="differs from Keras"):
        main(["export", str(work / "model"), *options])
    assert list(tmp_path.iterdir()) == []


def test_one_subject_is_refused(tmp_path, capsys):
    write_casme2_folder(tmp_path / "data", [row(), row(clip="b", emotion="surprise")])
    store = str(tmp_path / "store")
    data = f"casme2={tmp_path / 'data'}"
    assert main(["prepare", "--data", data, "--out", store]) == 0
    assert main(["evaluate", "--store", store, "--out", str(tmp_path / "r")]) == 2
    assert "at least 2 subjects" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_a_class_missing_from_a_training_part_is_said(tmp_path):
    rows = [
        row(subject=1, clip="a", emotion="happiness"),
        row(subject=1, clip="b", emotion="surprise"),
        row(subject=2, clip="a", emotion="happiness"),
    ]
    data = write_casme2_folder(tmp_path / "data", rows)
    store, run = str(tmp_path / "store"), str(tmp_path / "r")
    assert main(["prepare", "--data", f"casme2={data}", "--out", store]) == 0
    assert main(["evaluate", "--store", store, "--out", run, "--epochs", "1"]) == 0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "No training clip of class surprise" in page


def test_help_names_every_command():
    done = subprocess.run([BIN / "fgrmer", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    for command in ("synth", "prepare", "evaluate", "train", "predict", "export"):
        assert command in done.stdout
