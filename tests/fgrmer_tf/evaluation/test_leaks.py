"""Each leak is planted and must be refused."""

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.leaks import (
    content_keys,
    learn,
    refuse_shared_subjects,
    refuse_twins,
)
from fgrmer_tf.evaluation.protocols import Fold, leave_one_subject_out

DATASET = np.array(["a"] * 5 + ["b"] * 3)
SUBJECT = np.array(["1", "1", "2", "2", "3", "1", "1", "2"])
CLIP = np.array([f"clip{row}" for row in range(8)])
FOLD = Fold("a/1", np.array([2, 3, 4, 5, 6, 7]), np.array([0, 1]))


def test_subjects_of_one_name_in_two_data_sets_are_two_people():
    for fold in leave_one_subject_out(DATASET, SUBJECT):
        refuse_shared_subjects(fold, DATASET, SUBJECT)


def test_a_subject_on_both_sides_is_refused():
    by_clip = Fold("first half", np.array([1, 2, 5, 6, 7]), np.array([0, 3]))
    with pytest.raises(InputError, match=r"`first half`.*on both: a/1, a/2\. Split"):
        refuse_shared_subjects(by_clip, DATASET, SUBJECT)


def test_what_was_learned_knows_its_rows():
    values = np.arange(8.0)
    learned = learn("scale", FOLD.train, lambda rows: values[rows].sum())
    assert learned.value == 2 + 3 + 4 + 5 + 6 + 7
    learned.require_within(FOLD)
    learn("scale", FOLD.train[:2], lambda rows: 0).require_within(FOLD)


@pytest.mark.parametrize("name", ["AU adjacency", "scale", "threshold"])
def test_a_value_that_has_seen_a_tested_clip_is_refused(name):
    everything = learn(name, np.arange(8), lambda rows: rows.sum())
    with pytest.raises(InputError, match=rf"The {name} of fold `a/1`.*2 other.*\[0, 1"):
        everything.require_within(FOLD)


def test_a_value_of_clips_that_are_on_neither_side_is_refused():
    smaller = Fold("a/1", FOLD.train[:3], FOLD.test)
    with pytest.raises(InputError, match="3 other rows"):
        learn("scale", FOLD.train, len).require_within(smaller)


def features():
    return np.random.default_rng(0).normal(size=(8, 2, 3)).astype(np.float32)


def test_a_twin_under_another_name_is_refused():
    twins = features()
    twins[6] = twins[1]
    with pytest.raises(InputError, match=r"row 1 \(clip1\).*row 6 \(clip6\), 1 such"):
        refuse_twins(FOLD, content_keys(twins), CLIP)
    refuse_twins(FOLD, content_keys(features()), CLIP)
    # Twins on one side are no leak.
    twins = features()
    twins[1], twins[6] = twins[0], twins[5]
    refuse_twins(FOLD, content_keys(twins), CLIP)


def test_one_bit_apart_is_no_twin_and_neither_are_clips_without_motion():
    close = features()
    close[6] = close[1]
    close[6, 0, 0] = np.nextafter(close[1, 0, 0], np.float32(9))
    refuse_twins(FOLD, content_keys(close), CLIP)
    still = features()
    still[1] = still[6] = 0
    refuse_twins(FOLD, content_keys(still), CLIP)
