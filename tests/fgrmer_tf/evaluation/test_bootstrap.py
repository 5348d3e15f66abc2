import dataclasses

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from fgrmer_tf.evaluation.bootstrap import (
    bootstrap_intervals,
    draw_subjects,
    interval,
    resampled_scores,
    subject_counts,
)
from fgrmer_tf.evaluation.results import pool
from tests.support.studies import make_columns, make_results

COLUMNS = make_columns(clips=53, subjects=7)
PREDICTIONS = pool(COLUMNS, make_results(COLUMNS, skill=1.0, seeds=(2, 5, 11)))


def test_subjects_are_counted_apart_by_data_set_and_seed():
    subjects = subject_counts(PREDICTIONS)
    keys = [*zip(subjects.dataset.tolist(), subjects.subject.tolist(), strict=True)]
    assert keys == sorted(
        {*zip(COLUMNS.dataset.tolist(), COLUMNS.subject.tolist(), strict=True)}
    )
    assert subjects.counts.shape == (3, 7, 3, 3)
    for place, seed in enumerate((2, 5, 11)):
        for person, (dataset, subject) in enumerate(keys):
            of = (
                (PREDICTIONS.seed == seed)
                & (PREDICTIONS.dataset == dataset)
                & (PREDICTIONS.subject == subject)
            )
            np.testing.assert_array_equal(
                subjects.counts[place, person],
                sklearn.metrics.confusion_matrix(
                    PREDICTIONS.true[of], PREDICTIONS.predicted[of], labels=range(3)
                ),
            )


def test_every_resample_keeps_the_subjects_of_each_data_set():
    dataset = np.array(["b", "a", "b", "b", "a"])
    times = draw_subjects(dataset, 211, seed=3)
    assert times.shape == (211, 5)
    assert (times[:, dataset == "a"].sum(axis=1) == 2).all()
    assert (times[:, dataset == "b"].sum(axis=1) == 3).all()
    # Each subject is drawn once on average.
    np.testing.assert_allclose(times.mean(axis=0), 1, atol=0.2)
    np.testing.assert_array_equal(times, draw_subjects(dataset, 211, seed=3))
    assert (times != draw_subjects(dataset, 211, seed=5)).any()


def test_a_resample_scores_as_if_its_clips_had_been_repeated():
    subjects = subject_counts(PREDICTIONS)
    times = draw_subjects(subjects.dataset, 5, seed=7)
    found = resampled_scores(subjects, times)
    for draw in range(5):
        by_seed = []
        for seed in (2, 5, 11):
            rows = np.concatenate(
                [
                    np.repeat(
                        np.flatnonzero(
                            (PREDICTIONS.seed == seed)
                            & (PREDICTIONS.dataset == subjects.dataset[person])
                            & (PREDICTIONS.subject == subjects.subject[person])
                        ),
                        times[draw, person],
                    )
                    for person in range(7)
                ]
            )
            by_seed.append(
                sklearn.metrics.f1_score(
                    PREDICTIONS.true[rows],
                    PREDICTIONS.predicted[rows],
                    labels=range(3),
                    average="macro",
                    zero_division=0,
                )
            )
        assert found["uf1"][draw] == pytest.approx(np.mean(by_seed))


def test_more_resamples_than_fit_at_once_are_the_same_resamples():
    subjects = subject_counts(PREDICTIONS)
    times = draw_subjects(subjects.dataset, 1201, seed=7)
    together = resampled_scores(subjects, times)
    for name, values in resampled_scores(subjects, times[700:]).items():
        np.testing.assert_array_equal(together[name][700:], values)
        assert len(together[name]) == 1201


def test_scipy_finds_the_same_interval():
    # With as many clips a subject, accuracy is the mean over subjects: scipy's case.
    columns = make_columns(clips=60)
    columns.subject = np.repeat([f"s{n}" for n in range(12)], 5)
    columns.dataset = np.full(60, "smic")
    predictions = pool(columns, make_results(columns, skill=0.7))
    right = (predictions.predicted == predictions.true).reshape(12, 5).mean(axis=1)
    theirs = scipy.stats.bootstrap(
        (right,), np.mean, n_resamples=20_000, method="percentile", rng=1
    ).confidence_interval
    ours = bootstrap_intervals(predictions, resamples=20_000)["full"]["accuracy"]
    np.testing.assert_allclose(ours, theirs, atol=0.01)
    assert ours[0] < right.mean() < ours[1]


def test_an_interval_leaves_out_as_much_on_both_sides():
    values = np.arange(1001.0)
    assert interval(values) == pytest.approx([25, 975])
    assert interval(values, level=0.5) == pytest.approx([250, 750])


def test_data_sets_have_intervals_of_their_own_subjects():
    found = bootstrap_intervals(PREDICTIONS, resamples=101)
    assert sorted(found["datasets"]) == ["casme2", "smic"]
    alone = PREDICTIONS.dataset == "smic"
    columns = {
        field.name: getattr(PREDICTIONS, field.name)[alone]
        for field in dataclasses.fields(PREDICTIONS)
        if field.name != "class_names"
    }
    smic = dataclasses.replace(PREDICTIONS, **columns)
    assert bootstrap_intervals(smic, resamples=101)["full"] == found["datasets"]["smic"]


def test_one_subject_has_no_interval():
    columns = make_columns(clips=13)
    columns.subject = np.where(columns.dataset == "smic", "only", columns.subject)
    found = bootstrap_intervals(pool(columns, make_results(columns)), resamples=11)
    assert found["datasets"]["smic"] == {}
    assert found["datasets"]["casme2"].keys() == {"uf1", "uar", "accuracy"}
