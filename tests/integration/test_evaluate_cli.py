"""`fgrmer evaluate` on a made-up store: every selection, any number of processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fgrmer_tf.cli.main import main
from input_pipeline import feature_store
from tests.support.tables import make_table

BIN = Path(sys.executable).parent
SHORT = ["--epochs", "2", "--batch-size", "7"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """13 clips of three subjects."""
    path = tmp_path_factory.mktemp("store")
    feature_store.write(path, make_table(subjects=3), key="made up", settings={})
    return path


def evaluate(store, out, *options):
    return ["evaluate", "--store", str(store), "--out", str(out), *options]


def folds_of(run):
    lines = (run / "folds.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def metrics(run):
    return json.loads((run / "metrics.json").read_text())


@pytest.mark.slow
def test_any_number_of_processes_gives_the_same_bits(store, tmp_path):
    options = [*SHORT, "--oracle", "--seed", "0", "1"]
    for workers in ("1", "2"):
        command = evaluate(store, tmp_path / workers, *options, "--workers", workers)
        done = subprocess.run([BIN / "fgrmer", *command], stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr
        assert b"oracle: UF1" in done.stderr
    one, two = folds_of(tmp_path / "1"), folds_of(tmp_path / "2")
    by_name = {(fold["seed"], fold["fold"]): fold for fold in two}
    assert len(one) == len(two) == 6
    for fold in one:
        other = by_name[fold["seed"], fold["fold"]]
        for name in ("logits", "loss", "test_curve"):
            assert fold[name] == other[name]
    predictions = [tmp_path / n / "predictions.csv" for n in ("1", "2")]
    assert predictions[0].read_bytes() == predictions[1].read_bytes()


def test_inner_selection_is_recorded_and_not_mixed_with_fixed(store, tmp_path, capsys):
    run = tmp_path / "run"
    options = [*SHORT, "--workers", "1", "--selection", "inner", "--inner-folds", "2"]
    assert main(evaluate(store, run, *options)) == 0
    assert metrics(run)["selection"] == "inner"
    assert metrics(run)["oracle"] is None
    assert "epochs inner" in capsys.readouterr().err
    folds = folds_of(run)
    assert {len(fold["validation"]) for fold in folds} == {2}
    assert main(evaluate(store, run, *SHORT, "--workers", "1")) == 2
    assert "`selection` is 'inner' there" in " ".join(capsys.readouterr().err.split())


def test_the_linear_model_takes_the_networks_place(store, tmp_path):
    run = tmp_path / "run"
    command = evaluate(store, run, "--model", "linear", "--protocol", "kfold")
    assert main([*command, "--folds", "3"]) == 0
    config = json.loads((run / "config.json").read_text())
    assert config["model"] == "linear"
    assert config["folds"] == 3
    before = (run / "predictions.csv").read_bytes()
    assert main([*command, "--folds", "3"]) == 0
    assert (run / "predictions.csv").read_bytes() == before
    assert len((run / "folds.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "linear", "--seed", "0", "1"], "draws nothing"),
        (["--workers", "0"], "--workers must be at least 1"),
        (["--selection", "inner", "--inner-folds", "1"], "at least 2"),
        (["--protocol", "lodo"], "at least 2 of them"),
        (["--train-on", "casme2"], "--protocol cross"),
    ],
)
def test_wrong_options_are_one_clear_line(store, tmp_path, capsys, options, message):
    try:
        status = main(evaluate(store, tmp_path / "run", *options))
    except SystemExit as stopped:  # the option parser's own refusal
        status = stopped.code
    assert status == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "run").exists()


def test_a_run_in_use_is_refused(store, tmp_path, capsys):
    from fgrmer_tf.training.run_folder import RunFolder

    with RunFolder(tmp_path / "run", {}):
        assert main(evaluate(store, tmp_path / "run", *SHORT)) == 2
    assert "one process at a time" in " ".join(capsys.readouterr().err.split())


def test_a_class_of_one_subject_alone_is_trained_and_said(tmp_path):
    # Clips 1, 4, 7, ... are those of sub01.
    label = np.array([0, 2, 1, 0, 2, 1, 0, 1, 1, 0, 0, 1, 0])
    store, run = tmp_path / "store", tmp_path / "run"
    store.mkdir()
    table = make_table(subjects=3, label=label)
    feature_store.write(store, table, key="made up", settings={})
    assert main(evaluate(store, run, *SHORT, "--workers", "1")) == 0
    folds = folds_of(run)
    without = [fold["fold"] for fold in folds if "class surprise" in str(fold["notes"])]
    assert without == ["casme2/sub01"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_stops_a_run_that_goes_on_when_there_is_room(store, tmp_path):
    disk, roomy = tmp_path / "disk", tmp_path / "roomy"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    options = [*SHORT, "--workers", "1", "--oracle"]
    try:
        assert main(evaluate(store, disk / "run", *options)) == 1
        assert not (disk / "run" / "metrics.json").exists()
        again = ["mount", "-o", "remount,size=64m", str(disk)]
        subprocess.run(again, check=True, capture_output=True)
        assert main(evaluate(store, disk / "run", *options)) == 0
        assert main(evaluate(store, roomy, *options)) == 0
        one, other = (run / "predictions.csv" for run in (disk / "run", roomy))
        assert one.read_bytes() == other.read_bytes()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
