import dataclasses
import types

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from fgrmer_tf.config import LinearConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.protocols import Fold, leave_one_subject_out
from fgrmer_tf.evaluation.results import softmax
from fgrmer_tf.training.linear_model import evaluate_linear, linear_input
from tests.support.tables import make_table

CONFIG = LinearConfig()


@pytest.fixture(autouse=True)
def one_thread():
    """Threads that wait for each other take a hundred times as long here."""
    with threadpool_limits(limits=1):
        yield


def learnable(clips=43, map_size=0, signal=0.5, **options):
    """A pattern a class in noise, on labels in no order."""
    table = make_table(clips=clips, map_size=map_size, **options)
    random = np.random.default_rng(7)
    label = random.permutation(table.label)
    changes = {"label": label}
    for name in ("patches", "motion_map") if map_size else ("patches",):
        values = getattr(table, name)
        patterns = random.normal(size=(3, *values.shape[1:])).astype(np.float32)
        changes[name] = values + np.float32(signal) * patterns[label]
    return dataclasses.replace(table, **changes)


def folds_of(table):
    return leave_one_subject_out(table.dataset, table.subject)


def accuracy(table, results):
    right = [r.logits.argmax(axis=1) == table.label[r.test] for r in results]
    return np.concatenate(right).mean()


def test_a_plain_pipeline_of_scikit_learn_gives_the_same_probabilities():
    # Two classes are rare: balance matters.
    label = np.where(np.arange(43) % 7 < 2, np.arange(43) % 7, 2)
    table = dataclasses.replace(learnable(), label=label)
    fold = folds_of(table)[2]
    _, values = linear_input(table)
    strength = 0.1
    theirs = make_pipeline(
        StandardScaler(),
        LogisticRegression(
            C=1 / (strength * values.shape[1]),
            class_weight="balanced",
            tol=1e-8,
            max_iter=10_000,
        ),
    ).fit(values[fold.train], table.label[fold.train])
    (ours,) = evaluate_linear(table, [fold], LinearConfig(strength=strength))
    np.testing.assert_allclose(
        softmax(ours.logits), theirs.predict_proba(values[fold.test]), atol=1e-4
    )
    np.testing.assert_array_equal(ours.test, fold.test)
    assert ours.fold == fold.name
    assert ours.logits.dtype == np.float32


def test_more_clips_than_values_are_fitted_the_same_way():
    random = np.random.default_rng(3)
    label = random.integers(0, 3, 61)
    maps = random.normal(size=(61, 2, 3, 1)) + label[:, None, None, None]
    table = types.SimpleNamespace(
        patches=None,
        motion_map=maps.astype(np.float32),
        label=label,
        class_names=("a", "b", "c"),
    )
    fold = Fold("x", np.arange(50), np.arange(50, 61))
    (ours,) = evaluate_linear(table, [fold], CONFIG)
    values = table.motion_map.reshape(61, 6).astype(np.float64)
    theirs = make_pipeline(
        StandardScaler(),
        LogisticRegression(C=1 / (0.03 * 6), class_weight="balanced", tol=1e-8),
    ).fit(values[:50], label[:50])
    np.testing.assert_allclose(
        softmax(ours.logits), theirs.predict_proba(values[50:]), atol=1e-4
    )


def test_it_learns_true_labels_and_not_shuffled_ones():
    table = learnable(clips=73)
    assert accuracy(table, evaluate_linear(table, folds_of(table), CONFIG)) > 0.9
    noise = dataclasses.replace(
        table, label=np.random.default_rng(1).permutation(table.label)
    )
    assert accuracy(noise, evaluate_linear(noise, folds_of(noise), CONFIG)) < 0.6


def test_the_tested_subject_changes_nothing_in_training():
    table = learnable()
    fold = folds_of(table)[1]
    odd = table.patches.copy()
    odd[fold.test] = 1000 * odd[fold.test] + 5
    label = table.label.copy()
    label[fold.test] = (label[fold.test] + 1) % 3
    other = dataclasses.replace(table, patches=odd, label=label)
    # Asked about one more, unchanged clip, both models give the same answer.
    asked = dataclasses.replace(
        fold, train=fold.train[1:], test=np.r_[fold.test, fold.train[:1]]
    )
    (one,) = evaluate_linear(table, [asked], CONFIG)
    (two,) = evaluate_linear(other, [asked], CONFIG)
    np.testing.assert_array_equal(one.logits[-1], two.logits[-1])
    assert (one.logits[:-1] != two.logits[:-1]).any()


def test_the_whole_map_is_read_where_there_is_one():
    table = learnable(map_size=5)
    name, values = linear_input(table)
    assert name == "motion_map"
    np.testing.assert_array_equal(values, table.motion_map.reshape(43, -1))
    name, values = linear_input(learnable())
    assert name == "patches"
    assert values.shape == (43, 30 * 7 * 7 * 3)


def test_a_class_without_training_clips_is_never_predicted():
    table = learnable()
    fold = folds_of(table)[0]
    kept = fold.train[table.label[fold.train] != 1]
    (found,) = evaluate_linear(table, [Fold("x", kept, fold.test)], CONFIG)
    assert np.isfinite(found.logits).all()
    _, values = linear_input(table)
    theirs = make_pipeline(
        StandardScaler(),
        LogisticRegression(
            C=1 / (0.03 * values.shape[1]), class_weight="balanced", tol=1e-8
        ),
    ).fit(values[kept], table.label[kept])
    np.testing.assert_allclose(
        softmax(found.logits)[:, [0, 2]],
        theirs.predict_proba(values[fold.test]),
        atol=1e-4,
    )
    assert not (found.logits.argmax(axis=1) == 1).any()
    assert (softmax(found.logits)[:, 1] < 1e-30).all()


def test_progress_is_told_a_fold_at_a_time():
    table = learnable()
    told = []
    evaluate_linear(table, folds_of(table), CONFIG, on_fold=lambda *a: told.append(a))
    assert [done for _, done, _ in told] == [1, 2, 3, 4, 5]
    assert {total for _, _, total in told} == {5}


def test_a_value_that_never_varies_is_left_out():
    table = learnable()
    patches = table.patches.copy()
    patches[:, 0] = 7
    flat = dataclasses.replace(table, patches=patches)
    assert accuracy(flat, evaluate_linear(flat, folds_of(flat), CONFIG)) > 0.9


def test_clips_without_any_difference_are_refused():
    table = dataclasses.replace(
        learnable(), patches=np.ones((43, 30, 7, 7, 3), np.float32)
    )
    with pytest.raises(InputError, match=r"must vary .* `casme2/sub00`"):
        evaluate_linear(table, folds_of(table), CONFIG)


def test_a_fold_of_one_class_is_refused_by_name():
    table = learnable()
    fold = folds_of(table)[3]
    kept = fold.train[table.label[fold.train] == 2]
    with pytest.raises(InputError, match="only surprise in fold `casme2/sub03`"):
        evaluate_linear(table, [Fold(fold.name, kept, fold.test)], CONFIG)
