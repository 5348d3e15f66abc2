import dataclasses

import numpy as np
import pytest
import scipy.stats

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.comparison import compare, mcnemar
from fgrmer_tf.evaluation.results import pool
from tests.support.studies import make_columns, make_results

COLUMNS = make_columns(clips=211, subjects=13)


def predictions(columns=COLUMNS, **options):
    return pool(columns, make_results(columns, **options))


def right(only_first, only_second, both=5, neither=3):
    first = [True] * only_first + [False] * only_second + [True] * both
    second = [False] * only_first + [True] * only_second + [True] * both
    return np.array(first + [False] * neither), np.array(second + [False] * neither)


@pytest.mark.parametrize(
    ("only_first", "only_second", "exact", "mid_p"),
    [
        # Fagerland et al. 2013, table 1: airway hyper-responsiveness.
        (1, 7, 18 / 256, 10 / 256),
        (7, 1, 18 / 256, 10 / 256),
        (1, 5, 14 / 64, 8 / 64),
        (2, 2, 1, 1 - 6 / 32),
        (0, 3, 2 / 8, 1 / 8),
        (0, 0, 1, 1),
    ],
)
def test_mcnemar_by_hand(only_first, only_second, exact, mid_p):
    found = mcnemar(*right(only_first, only_second))
    assert (found.only_first, found.only_second) == (only_first, only_second)
    assert found.exact == pytest.approx(exact)
    assert found.mid_p == pytest.approx(mid_p)


@pytest.mark.parametrize(("only_first", "only_second"), [(3, 11), (17, 5), (40, 41)])
def test_scipy_finds_the_same_exact_p(only_first, only_second):
    both = only_first + only_second
    theirs = scipy.stats.binomtest(only_first, both, 0.5).pvalue
    found = mcnemar(*right(only_first, only_second))
    assert found.exact == pytest.approx(theirs)
    # Half of what is observed is counted: never more than the exact p.
    assert found.mid_p < found.exact


def test_the_better_run_wins_and_a_run_equals_itself():
    good, bad = predictions(skill=3.0), predictions(skill=0.5, noise_seed=7)
    found = compare(bad, good, resamples=501)
    assert found.clips == 211
    difference, low, high = found.difference["uf1"]
    assert difference == pytest.approx(found.second["uf1"] - found.first["uf1"])
    assert 0 < low < difference < high
    (test,) = found.mcnemar.values()
    assert test.exact < 0.001
    assert test.only_second > test.only_first
    back = compare(good, bad, resamples=501)
    assert back.difference["uf1"] == pytest.approx((-difference, -high, -low))
    assert compare(good, good, resamples=11).difference["uar"] == (0, 0, 0)


def test_the_order_of_clips_does_not_matter():
    one, other = predictions(), predictions(skill=1.0, noise_seed=3)
    order = np.random.default_rng(5).permutation(len(other))
    columns = {
        field.name: getattr(other, field.name)[order]
        for field in dataclasses.fields(other)
        if field.name != "class_names"
    }
    shuffled = dataclasses.replace(other, **columns)
    assert compare(one, other, resamples=31) == compare(one, shuffled, resamples=31)


def test_seeds_are_paired_and_a_single_one_meets_all():
    several, single = predictions(seeds=(2, 5, 11)), predictions(seeds=(7,))
    found = compare(several, single, resamples=11)
    assert list(found.mcnemar) == ["2/7", "5/7", "11/7"]
    others = predictions(seeds=(1, 3, 13), noise_seed=5)
    assert list(compare(several, others, resamples=11).mcnemar) == [
        "2/1",
        "5/3",
        "11/13",
    ]
    with pytest.raises(InputError, match=r"seeds \[2, 5, 11\] and \[1, 3\]"):
        compare(several, predictions(seeds=(1, 3)))


def changed(**columns):
    return predictions(dataclass_replace(COLUMNS, **columns))


def dataclass_replace(columns, **changes):
    return type(columns)(**{**vars(columns), **changes})


def test_other_clips_are_refused_by_name():
    clip = COLUMNS.clip.copy()
    clip[17] = "other"
    with pytest.raises(InputError, match=r"1 clips of the first run alone.*EP17"):
        compare(predictions(), changed(clip=clip))


def test_other_labels_are_refused():
    label = COLUMNS.label.copy()
    label[[3, 5]] = (label[[3, 5]] + 1) % 3
    with pytest.raises(InputError, match="another true class for 2 clips"):
        compare(predictions(), changed(label=label))


def test_other_classes_are_refused():
    with pytest.raises(InputError, match=r"\('a', 'b', 'c'\)"):
        compare(predictions(), changed(class_names=("a", "b", "c")))


def test_a_single_subject_is_refused():
    columns = dataclass_replace(
        COLUMNS, dataset=np.full(211, "smic"), subject=COLUMNS.subject
    )
    two = predictions(columns)
    alone = dataclasses.replace(two, subject=np.full(len(two), "s1"))
    with pytest.raises(InputError, match="smic/s1 alone"):
        compare(alone, alone)
