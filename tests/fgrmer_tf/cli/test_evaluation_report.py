import csv
import dataclasses
import io
import json
import re

import numpy as np
import pytest

from fgrmer_tf.cli.compare import read_run
from fgrmer_tf.cli.evaluation_report import conclude
from fgrmer_tf.config import LinearConfig
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from fgrmer_tf.evaluation.robustness import apex_probe
from fgrmer_tf.training.linear_model import evaluate_linear
from fgrmer_tf.training.run_folder import RunFolder
from input_pipeline import feature_store
from input_pipeline.records import Sample, write_manifest
from tests.support.tables import make_table

SETTINGS = {
    "protocol": "loso",
    "selection": "fixed",
    "shuffle_labels": False,
    "model": "fgrmer",
    "seeds": [3],
}
OFFSETS = (-2, 1)


@pytest.fixture
def table():
    made = make_table(clips=31, subjects=5, num_variants=3)
    variants = made.variants.copy()
    # The last variant, of offset 1, has no frame for the first seven clips.
    variants[:7, 2] = made.patches[:7]
    return dataclasses.replace(made, variants=variants)


@pytest.fixture
def store(tmp_path, table):
    path = tmp_path / "store"
    path.mkdir()
    described = [{"factor": 2.0}, {"apex_offset": -2}, {"apex_offset": 1}]
    feature_store.write(path, table, key="k", settings={"variants": described})
    samples = [
        Sample(
            dataset=str(table.dataset[row]),
            subject=str(table.subject[row]),
            clip=str(table.clip[row]),
            label=table.class_names[table.label[row]],
            onset_path=tmp_path / "a.png",
            apex_path=tmp_path / "b.png",
            fps=50.0,
        )
        for row in range(len(table))
    ]
    write_manifest(path / "manifest.csv", samples)
    return path


def results_of(table, folds):
    random = np.random.default_rng(2)
    found = []
    for fold in folds:
        logits = np.eye(3)[table.label[fold.test]] * 2
        logits = (logits + random.normal(size=logits.shape)).astype(np.float32)
        found.append(
            FoldResult(
                seed=3,
                fold=fold.name,
                test=fold.test,
                logits=logits,
                loss=(1.0, 0.5),
                seconds=1.0,
                probes={apex_probe(offset): logits[:, ::-1] for offset in OFFSETS},
            )
        )
    return found


def concluded(tmp_path, store, table, settings=SETTINGS, results=None, **options):
    folds = leave_one_subject_out(table.dataset, table.subject)
    with RunFolder(tmp_path / "run", settings) as run:
        return conclude(
            store=store,
            table=table,
            folds=folds,
            run=run,
            results=results or results_of(table, folds),
            **options,
        )


def test_a_run_ends_with_every_file(tmp_path, store, table):
    metrics = concluded(tmp_path, store, table, adjacency=np.eye(9))
    run = tmp_path / "run"
    stored = json.loads((run / "metrics.json").read_text())
    assert stored == json.loads(json.dumps(metrics))
    page = (run / "report.html").read_text()
    assert "Action unit graph" in page
    assert "FGRMER: run" in page
    rows = list(csv.DictReader(io.StringIO((run / "scores.csv").read_text())))
    assert float(rows[0]["value"]) == metrics["full"]["uf1"]
    assert len(read_run(run)) == 31
    shifts = {one["offset"]: one for one in metrics["robustness"]}
    assert shifts.keys() == {-2, 0, 1}
    assert (shifts[-2]["moved"], shifts[1]["moved"]) == (31, 24)
    assert shifts[1]["milliseconds"] == {"casme2": pytest.approx(20)}


def test_the_linear_model_is_fitted_on_the_same_folds(tmp_path, store, table):
    config = LinearConfig(strength=0.2)
    metrics = concluded(tmp_path, store, table, linear=config)
    folds = leave_one_subject_out(table.dataset, table.subject)
    linear = read_run(tmp_path / "run" / "linear_predictions.csv")
    expected = evaluate_linear(table, folds, config)
    answers = np.empty(31, np.int64)
    for result in expected:
        answers[result.test] = result.logits.argmax(axis=1)
    np.testing.assert_array_equal(linear.predicted, answers)
    right = (answers == table.label).mean()
    assert metrics["linear"]["full"]["accuracy"] == pytest.approx(right)
    assert len(metrics["shuffled_linear"]) == 3
    shuffled = {json.dumps(one) for one in metrics["shuffled_linear"]}
    assert len(shuffled) > 1
    assert "penalty 0.2, fixed in advance" in (tmp_path / "run/report.html").read_text()


def test_a_linear_run_is_its_own_linear_model(tmp_path, store, table):
    folds = leave_one_subject_out(table.dataset, table.subject)
    results = evaluate_linear(table, folds, LinearConfig())
    settings = {**SETTINGS, "model": "linear"}
    metrics = concluded(tmp_path, store, table, settings, results)
    assert metrics["linear"]["full"] == metrics["full"]
    assert metrics["linear"]["comparison"] is None


def test_a_control_run_says_so(tmp_path, store, table):
    concluded(tmp_path, store, table, {**SETTINGS, "shuffle_labels": True})
    assert "Control run" in (tmp_path / "run" / "report.html").read_text()


def test_a_linear_model_that_cannot_be_fitted_is_a_note(tmp_path, store, table):
    flat = dataclasses.replace(table, patches=np.ones_like(table.patches))
    metrics = concluded(tmp_path, store, flat)
    assert metrics["linear"] is None
    assert metrics["shuffled_linear"] == []
    page = (tmp_path / "run" / "report.html").read_text()
    assert re.search("no linear model to compare with: The features must vary", page)
    assert not (tmp_path / "run" / "linear_predictions.csv").exists()


def test_imported_features_have_no_frame_rate(tmp_path, store, table):
    (store / "manifest.csv").unlink()
    metrics = concluded(tmp_path, store, table)
    assert metrics["robustness"][0]["milliseconds"] == {"casme2": None}
