"""`fgrmer transfer` as a user runs it, on a tiny data set in native layout."""

import csv
import dataclasses
import json
import re

import keras
import numpy as np
import pandas as pd
import pytest

import fgrmer_tf.models.transfer  # noqa: F401  registers the layers for loading
from fgrmer_tf.cli.main import main
from fgrmer_tf.cli.transfer_report import published_for
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from input_pipeline.macro.expressions import class_names
from input_pipeline.macro.store import read_store
from tests.support import photo_folders

TRAINED = ["--experiment", "tiny", "--epochs", "1", "--batch-size", "13"]
STEM = ["--network.stem-filters", "5", "7", "--network.stem-units", "1", "1"]
ENCODER = ["--network.encoder-depth", "1", "--network.feed-forward-units", "11"]
WIDTHS = ["--network.embedding-dim", "12", "--network.num-heads", "3"]
SMALL = [*TRAINED, *STEM, *ENCODER, *WIDTHS, "--network.attention-reduction", "2"]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A data set without disgust in training, its store, a model and an evaluation."""
    work = tmp_path_factory.mktemp("transfer")
    photo_folders.write(work / "data", "raf-db", traps=True)
    labels = work / "data/basic/EmoLabel/list_patition_label.txt"
    lines = [
        line
        for line in labels.read_text().splitlines()
        if not (line.startswith("train") and line.endswith(" 3"))
    ]
    labels.write_text("\n".join(lines))
    store, made = ["--store", str(work / "store")], ["--out", str(work / "store")]
    for command in (
        ["prepare", "raf-db", str(work / "data"), *made, "--side", "19"],
        ["train", *store, "--out", str(work / "model"), *SMALL],
        ["evaluate", *store, "--out", str(work / "run"), *SMALL],
    ):
        assert main(["transfer", *command]) == 0, command
    return work


def test_a_trained_run_says_all_that_its_model_needs(work):
    config = json.loads((work / "model/config.json").read_text())
    assert config["system"] == "transfer"
    assert config["class_names"][0] == "surprise"
    assert config["image_size"] == 19
    assert config["normalization"] == {
        "mean": list(IMAGE_MEAN),
        "deviation": list(IMAGE_DEVIATION),
    }
    assert config["alignment"] == "none"
    assert config["network"]["stem_filters"] == [5, 7]
    assert config["train"]["epochs"] == 1
    assert config["data"]["dataset"] == "raf-db"
    model = keras.saving.load_model(work / "model/model.keras", compile=False)
    logits = model({"images": np.zeros((2, 19, 19, 3), np.float32)})["logits"]
    assert logits.shape == (2, 7)
    assert not (work / "model/training_state.npz").exists()


def test_an_evaluation_leaves_what_it_says(work):
    metrics = json.loads((work / "run/metrics.json").read_text())
    assert metrics["protocol"] == "official"
    assert metrics["model"] == "transfer"
    assert set(metrics["classes"]) == set(class_names(7))
    predictions = pd.read_csv(work / "run/predictions.csv")
    assert len(predictions) == 7
    right = (predictions["true"] == predictions["predicted"]).mean()
    assert metrics["full"]["accuracy"] == pytest.approx(right)
    low, high = metrics["intervals"]["full"]["accuracy"]
    assert low <= right <= high


def test_the_report_is_about_pictures(work):
    page = (work / "run/report.html").read_text()
    assert "TransFER expression recognition" in page
    assert "7 pictures, 1 fold," in page
    assert "over pictures:" in page
    # A class that is absent from training, and what the store left out.
    assert "No training picture shows disgust" in page
    assert "picture too small" in page
    assert "FGRMER micro-expression" not in page
    assert "<h2>Subjects</h2>" not in page


def test_the_report_has_the_published_numbers_of_that_data_set(work):
    page = (work / "run/report.html").read_text()
    assert "official test part of raf-db with 7 classes" in page
    assert "0.9091" in page


@pytest.mark.parametrize(
    ("dataset", "names", "protocol", "count"),
    [
        ("raf-db", class_names(7), "official", 7),
        ("raf-db", class_names(7), "kfold", 0),
        ("raf-db", class_names(8), "official", 0),
        ("raf-db", tuple("abcdefg"), "official", 0),
        ("affectnet", class_names(8), "official", 2),
        ("class-folder", class_names(7), "official", 0),
    ],
)
def test_published_numbers_are_of_the_same_classes_and_parts(
    work, dataset, names, protocol, count
):
    table = dataclasses.replace(
        read_store(work / "store"), class_names=names, header={"dataset": dataset}
    )
    assert len(published_for(table, protocol)) == count


def test_the_same_commands_again_change_nothing(work):
    run, model = work / "run/predictions.csv", work / "model/model.keras"
    before = run.read_bytes(), model.read_bytes()
    store = ["--store", str(work / "store")]
    assert main(["transfer", "evaluate", *store, "--out", str(run.parent), *SMALL]) == 0
    assert main(["transfer", "train", *store, "--out", str(model.parent), *SMALL]) == 0
    assert (run.read_bytes(), model.read_bytes()) == before


def test_an_ablation_is_a_run_a_row_and_a_table(work):
    out = work / "ablation"
    where = ["--store", str(work / "store"), "--out", str(out)]
    rows = ["--variants", "stem-only", "drop-block", "--network.block-size", "2"]
    assert main(["transfer", "ablation", *where, *SMALL, *rows]) == 0
    with open(out / "ablation.csv", newline="") as file:
        first, second = csv.DictReader(file)
    assert [first["variant"], second["variant"]] == ["stem-only", "drop-block"]
    assert int(first["parameters"]) < int(second["parameters"])
    for row in (first, second):
        metrics = json.loads((out / row["variant"] / "metrics.json").read_text())
        assert float(row["uf1"]) == metrics["full"]["uf1"]
        assert float(row["accuracy_low"]) <= float(row["accuracy"])
    config = json.loads((out / "drop-block/config.json").read_text())
    assert config["network"]["map_drop"] == "dropblock"


@pytest.mark.parametrize("command", ["prepare", "evaluate"])
def test_user_mistakes_are_one_line(work, capsys, command):
    where = ["--out", str(work / "none")]
    arguments = {
        "prepare": ["raf-db", str(work), *where],
        "evaluate": ["--store", str(work / "store"), *where, "--seed", "1", "1"],
    }[command]
    assert main(["transfer", command, *arguments]) == 2
    error = capsys.readouterr().err
    assert "fgrmer: " in error
    assert "Traceback" not in error
    assert not (work / "none").exists()


def test_check_reports_pictures_and_their_traps(work, capsys, tmp_path):
    assert main(["check", "raf-db", str(work / "data"), "--out", str(tmp_path)]) == 0
    error = capsys.readouterr().err
    assert "picture too small" in error
    assert "pictures (subjects are not known) are usable." in error
    findings = pd.read_csv(tmp_path / "findings.csv")
    assert "unreadable image" in set(findings["rule"])
    assert (tmp_path / "counts.csv").exists()
    page = (tmp_path / "check.html").read_text()
    page = re.sub("<style>.*?</style>|<[^>]+>", " ", page, flags=re.S)
    page = " ".join(page.split())
    counts = pd.read_csv(tmp_path / "counts.csv").set_index("name")["clips"]
    for part in ("train", "test"):
        assert (
            f"{part} pictures here published difference evidence all classes "
            f"{counts[part]} " in page
        )
    assert f"recalled surprise {counts['train surprise']} " in page
    assert f"Usable pictures {counts['train'] + counts['test']} " in page
    assert "subjects are not known" in page
    assert "picture too small" in page
    assert "Labels 1 to 7 are surprise" in page
    assert "recalled from memory" in page
    assert "clip" not in page


def test_check_of_known_subjects_counts_them(tmp_path, capsys):
    photo_folders.write(tmp_path / "data", "ck-plus")
    command = ["check", "ck-plus", str(tmp_path / "data"), "--deep", "--out"]
    assert main([*command, str(tmp_path / "out")]) == 0
    page = (tmp_path / "out/check.html").read_text()
    assert "<h2>Subjects</h2>" in page
    people = sorted((tmp_path / "data/cohn-kanade-images").iterdir())
    assert len(people) == photo_folders.SUBJECTS
    for person in people:
        assert f'title="{person.name}"' in page
    counts = pd.read_csv(tmp_path / "out/counts.csv")
    assert set(counts["name"][counts["what"] == "subject"]) == {p.name for p in people}
    assert "--expressions 7 --last-frames 3" in page
    assert "does not mean neutral" in page
    assert "none decoded" not in page


def test_check_says_no_with_its_status(work, capsys, tmp_path):
    photo_folders.write(tmp_path, "raf-db", only={"fear"})
    assert main(["check", "raf-db", str(tmp_path)]) == 1
    assert "not usable: all training pictures" in capsys.readouterr().err
