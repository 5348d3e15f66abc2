import csv
import io
import json

import numpy as np
import pytest

from fgrmer_tf.evaluation.oracle import best_epochs
from fgrmer_tf.evaluation.results import pool
from fgrmer_tf.evaluation.score_table import COLUMNS as CSV_COLUMNS
from fgrmer_tf.evaluation.score_table import score_csv
from fgrmer_tf.evaluation.study import study
from fgrmer_tf.evaluation.summary import mean_scores
from tests.support.studies import make_columns, make_results, make_study

COLUMNS = make_columns()
CONTROL = [{"uf1": 0.3, "uar": 0.31, "accuracy": 0.32}] * 2
STUDY = make_study(COLUMNS, seeds=(2, 5), offsets=(-1, 1), control=CONTROL)


def test_the_headline_is_honest_and_the_oracle_beside_it():
    results = make_results(COLUMNS, seeds=(2, 5), offsets=(-1, 1))
    honest = mean_scores(pool(COLUMNS, results))["full"]
    oracle = mean_scores(pool(COLUMNS, best_epochs(results, COLUMNS.label)))["full"]
    assert STUDY.metrics["full"] == honest
    assert STUDY.metrics["oracle"]["full"] == oracle
    gap = STUDY.metrics["oracle"]["gap"]["accuracy"]
    assert gap == pytest.approx(oracle["accuracy"] - honest["accuracy"])
    assert gap > 0
    assert len(STUDY.test_accuracy) == 5


def test_the_metrics_are_json_with_every_part():
    metrics = json.loads(json.dumps(STUDY.metrics, allow_nan=False))
    assert metrics["seeds"] == [2, 5]
    assert metrics["model"] == "fgrmer"
    assert metrics["shuffled_linear"] == CONTROL
    assert metrics["linear"]["full"]["uf1"] < metrics["full"]["uf1"]
    low, high = metrics["intervals"]["full"]["uf1"]
    assert low < metrics["full"]["uf1"] < high
    assert metrics["linear"]["comparison"]["mcnemar"].keys() == {"3/2", "3/5"}
    assert [one["offset"] for one in metrics["robustness"]] == [-1, 0, 1]
    assert metrics["majority"]["uar"] == pytest.approx(1 / 3)
    assert metrics["cost"] == {
        "fits": 22,
        "seconds": 44,
        "cpu_seconds": 66,
        "peak_memory": 101,
    }
    clips = {name: one["clips"] for name, one in metrics["classes"].items()}
    assert list(clips.values()) == np.bincount(COLUMNS.label).tolist()
    f1 = [one["f1"] for one in metrics["classes"].values()]
    assert np.mean(f1) == pytest.approx(metrics["full"]["uf1"])


def test_without_curves_or_a_linear_model_those_parts_are_empty():
    bare = make_study(COLUMNS, curves=False, linear_skill=0)
    assert bare.oracle is bare.linear is bare.comparison is bare.test_accuracy is None
    assert bare.metrics["oracle"] is bare.metrics["linear"] is None
    assert bare.robustness == []


def test_one_tested_subject_is_scored_without_a_comparison():
    columns = make_columns(clips=13, subjects=2)
    results = make_results(columns)[:1]
    found = study(
        columns,
        results,
        protocol="a to b",
        selection="fixed",
        model="fgrmer",
        linear=results,
        fps=np.full(13, np.nan),
        moved={},
    )
    assert found.comparison is None
    assert found.metrics["intervals"]["full"] == {}


def test_every_score_is_a_row_of_the_table():
    rows = list(csv.DictReader(io.StringIO(score_csv(STUDY.metrics))))
    assert tuple(rows[0]) == CSV_COLUMNS
    keys = [(r["system"], r["scope"], r["seed"], r["score"]) for r in rows]
    assert len(set(keys)) == len(keys)
    value = {key: row for key, row in zip(keys, rows, strict=True)}
    headline = value["honest", "full", "", "uf1"]
    assert float(headline["value"]) == STUDY.metrics["full"]["uf1"]
    edges = [float(headline["low"]), float(headline["high"])]
    assert edges == STUDY.metrics["intervals"]["full"]["uf1"]
    assert value["honest", "smic", "5", "uar"]["low"] == ""
    for system in ("oracle", "linear"):
        stored = STUDY.metrics[system]["datasets"]["casme2"]["accuracy"]
        assert float(value[system, "casme2", "", "accuracy"]["value"]) == stored
    assert float(value["shuffled_linear", "full", "1", "uar"]["value"]) == 0.31
    assert ("majority", "full", "", "accuracy") in value
    assert ("honest", "class:surprise", "", "f1") in value
