from collections import Counter

import numpy as np
import pytest

from input_pipeline.label_sets.label_set import DEFAULT, words
from input_pipeline.synthetic.planning import plan_subject
from input_pipeline.synthetic.settings import MotionSettings

CLASS_OF = words(DEFAULT, "casme2")
SETTINGS = MotionSettings()


def plans_of(subject, seed=0, settings=SETTINGS):
    return plan_subject(subject, np.random.default_rng([seed, subject]), settings)


def classes(plans):
    """Of the clips that a loader keeps."""
    kept = [CLASS_OF[plan.emotion] for plan in plans]
    return Counter(name for name in kept if name)


@pytest.mark.parametrize("subject", range(1, 14))
def test_frames_are_in_order_and_in_range(subject):
    for plan in plans_of(subject):
        assert 1 < plan.first <= plan.onset - 2
        assert 12 <= plan.apex - plan.onset <= 26
        assert 16 <= plan.offset - plan.apex <= 32
        assert plan.offset + 2 <= plan.last
        assert 0.3 <= plan.peak_px <= 2.0


def test_counts_are_uneven_and_every_subject_keeps_two_classes():
    sets = [plans_of(subject) for subject in range(1, 54)]
    known = [sum(CLASS_OF[p.emotion] != "" for p in plans) for plans in sets]
    assert min(known) == 8
    assert max(known) == 14
    assert all(len(classes(plans)) >= 2 for plans in sets)
    total = sum((classes(plans) for plans in sets), Counter())
    assert len(total) == 3
    assert len(set(total.values())) == 3


def test_the_smallest_subject_has_two_classes():
    smallest = MotionSettings(clips=(2, 2))
    for seed in range(29):
        assert len(classes(plans_of(1, seed, smallest))) == 2


def test_file_names_are_unique_and_sorted():
    names = [plan.filename for plan in plans_of(5)]
    assert len({name.removesuffix("f") for name in names}) == len(names)
    assert names == sorted(names)


def test_some_clips_are_there_to_be_skipped():
    subjects = {subject: plans_of(subject) for subject in range(1, 17)}
    others = [
        s for s, plans in subjects.items() if "others" in {p.emotion for p in plans}
    ]
    assert others == [2, 5, 8, 11, 14]


def test_first_frame_numbers_and_habits_vary():
    plans = plans_of(3)
    assert len({plan.first for plan in plans}) > 5
    assert len({plan.power for plan in plans}) == len(plans)
    assert len({plan.tilt for plan in plans}) == len(plans)
