import csv
import io
import types

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.results import pool, read_predictions, softmax
from fgrmer_tf.evaluation.summary import summarize

TABLE = types.SimpleNamespace(
    label=np.array([0, 1, 2, 1, 0]),
    dataset=np.array(["b", "a", "b", "a", "a"]),
    subject=np.array(["1", "1", "2", "1", "2"]),
    clip=np.array(["c0", "c1", "c2", "c,3", "c4"]),
    class_names=("positive", "negative", "surprise"),
)


def result(seed, fold, rows, predicted):
    logits = np.eye(3, dtype=np.float32)[predicted] * 7
    return FoldResult(
        seed=seed,
        fold=fold,
        test=np.array(rows),
        logits=logits,
        loss=(0.5,),
        seconds=1.0,
    )


# Seed 2 is right everywhere; seed 5 is wrong for row 3, of data set a.
RESULTS = [
    result(5, "a/1", [1, 3], [1, 0]),
    result(5, "b/1", [0, 2, 4], [0, 2, 0]),
    result(2, "b/1", [0, 2, 4], [0, 2, 0]),
    result(2, "a/1", [1, 3], [1, 1]),
]


def test_softmax_is_stable_and_sums_to_one():
    large = softmax(np.array([[1000, 0, 1000], [0, 0, 0]], np.float32))
    np.testing.assert_allclose(large, [[0.5, 0, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    assert large.dtype == np.float64


def test_pooling_orders_by_seed_then_row_whatever_the_order_of_folds():
    predictions = pool(TABLE, RESULTS)
    assert predictions.seed.tolist() == [2] * 5 + [5] * 5
    assert predictions.clip.tolist() == ["c0", "c1", "c2", "c,3", "c4"] * 2
    assert predictions.fold[:5].tolist() == ["b/1", "a/1", "b/1", "a/1", "b/1"]
    assert predictions.true.tolist() == TABLE.label.tolist() * 2
    assert predictions.predicted.tolist() == [0, 1, 2, 1, 0, 0, 1, 2, 0, 0]
    assert pool(TABLE, RESULTS[::-1]).csv() == predictions.csv()


def test_the_csv_says_who_what_and_how_sure():
    predictions = pool(TABLE, RESULTS)
    rows = list(csv.DictReader(io.StringIO(predictions.csv())))
    assert len(rows) == len(predictions) == 10
    assert list(rows[0]) == [
        *("dataset", "subject", "clip", "fold", "seed", "true", "predicted"),
        *("prob_positive", "prob_negative", "prob_surprise"),
    ]
    wrong = rows[8]
    assert (wrong["clip"], wrong["seed"]) == ("c,3", "5")
    assert (wrong["true"], wrong["predicted"]) == ("negative", "positive")
    stored = [float(wrong[f"prob_{name}"]) for name in TABLE.class_names]
    assert stored == predictions.probabilities[8].tolist()


def test_predictions_come_back_exactly_from_csv():
    predictions = pool(TABLE, RESULTS)
    back = read_predictions(predictions.csv())
    for name, value in vars(predictions).items():
        np.testing.assert_array_equal(getattr(back, name), value)
    assert back.csv() == predictions.csv()


CSV = pool(TABLE, RESULTS).csv()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        CSV.splitlines()[0],
        CSV.replace("prob_negative", "prob_other"),
        CSV.replace("dataset,subject", "subject,dataset", 1),
        CSV + "a,1,c9\n",
        CSV.replace(",5,", ",five,", 1),
    ],
)
def test_another_table_is_refused(text):
    with pytest.raises(InputError, match="as `fgrmer evaluate` writes it"):
        read_predictions(text)


def test_pooling_nothing_is_refused():
    with pytest.raises(InputError, match="no results"):
        pool(TABLE, [])


def test_a_clip_tested_twice_under_one_seed_is_refused():
    with pytest.raises(InputError, match="row 3 in more than one"):
        pool(TABLE, [*RESULTS, result(5, "again", [3], [0])])


def test_the_summary_scores_each_seed_and_averages():
    summary = summarize(pool(TABLE, RESULTS), protocol="loso")
    assert summary["protocol"] == "loso"
    assert summary["selection"] == "fixed"
    assert summary["seeds"] == [2, 5]
    right, wrong = summary["per_seed"]
    assert right["full"] == {"uf1": 1, "uar": 1, "accuracy": 1}
    assert wrong["full"]["accuracy"] == pytest.approx(4 / 5)
    assert wrong["full"]["uar"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert summary["full"]["accuracy"] == pytest.approx(9 / 10)
    assert summary["datasets"]["b"]["accuracy"] == 1
    assert summary["datasets"]["a"]["accuracy"] == pytest.approx((1 + 2 / 3) / 2)
    # Data set a has two of the three classes; the label set stays three.
    assert right["datasets"]["a"]["uf1"] == pytest.approx(2 / 3)
