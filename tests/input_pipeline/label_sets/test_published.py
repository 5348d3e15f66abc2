import collections
from typing import get_args

import numpy as np
import pytest

from input_pipeline.label_sets import cd6me
from input_pipeline.label_sets.label_set import ClassSet, label_set
from input_pipeline.label_sets.membership import disputed, listed
from input_pipeline.label_sets.published import (
    meaning_of,
    published_classes,
    published_subjects,
    published_total,
)
from input_pipeline.label_sets.tables import rows

DATASETS = {"casme2": (145, 24), "samm": (133, 28), "smic": (164, 16)}
COUNTS = {"casme2": (32, 88, 25), "samm": (26, 92, 15), "smic": (51, 70, 43)}


def test_the_list_has_442_clips_of_68_subjects():
    assert len(listed("listed")) == len(rows("megc2019_clips")) == 442
    assert len({key[:2] for key in listed("listed")}) == 68
    for dataset, (clips, subjects) in DATASETS.items():
        own = [key for key in listed("listed") if key[0] == dataset]
        assert (len(own), len({key[1] for key in own})) == (clips, subjects)


def test_the_subjects_are_those_of_the_protocol():
    own = {name: {k[1] for k in listed("listed") if k[0] == name} for name in DATASETS}
    assert {f"sub{n:02d}" for n in range(1, 27)} - own["casme2"] == {"sub10", "sub18"}
    assert {f"{n:03d}" for n in range(6, 38)} - own["samm"] == {
        "008", "025", "027", "029",
    }  # fmt: skip
    numbers = [*range(1, 7), 8, 9, *range(11, 16), *range(18, 21)]
    assert own["smic"] == {f"s{n:02d}" for n in numbers}


def test_the_names_of_smic_agree_with_the_counts_of_its_classes():
    words = {"po": 0, "ne": 1, "sur": 2}
    found = collections.Counter(
        words[clip.split("_")[1]]
        for data, _, clip in listed("listed")
        if data == "smic"
    )
    assert tuple(found[label] for label in range(3)) == COUNTS["smic"]


@pytest.mark.parametrize("dataset", DATASETS)
def test_classes_and_subjects_of_the_composite_add_up(dataset):
    labels = label_set("megc2019-442")
    classes = published_classes(labels, dataset)
    assert tuple(classes[name].clips for name in labels.classes) == COUNTS[dataset]
    subjects = published_subjects(labels, dataset)
    assert subjects == collections.Counter(
        subject for data, subject, _ in listed("listed") if data == dataset
    )
    columns = [
        sum(
            int(row[name])
            for row in rows("megc2019_subjects")
            if row["dataset"] == dataset
        )
        for name in labels.classes
    ]
    assert tuple(columns) == COUNTS[dataset]


def test_the_largest_folds_are_those_of_the_published_code():
    folds = collections.Counter(key[:2] for key in listed("listed"))
    assert folds["smic", "s03"] == 39
    assert folds["casme2", "sub17"] == 31
    assert folds["smic", "s20"] == 22


def test_without_the_disputed_clip_one_is_missing_everywhere():
    assert disputed() == {("casme2", "sub05", "EP12_03f")}
    assert listed("listed") - listed("undisputed") == disputed()
    with_, without = label_set("megc2019-442"), label_set("megc2019-441")
    both = [
        published_classes(one, "casme2")["surprise"].clips for one in (with_, without)
    ]
    assert both == [25, 24]
    assert published_subjects(without, "casme2")["sub05"] == 5
    for dataset in ("samm", "smic"):
        assert published_classes(with_, dataset) == published_classes(without, dataset)


@pytest.mark.parametrize("name", get_args(ClassSet))
def test_published_classes_are_classes_and_their_evidence_has_a_meaning(name):
    labels = label_set(name)
    for dataset in {row["dataset"] for row in rows("published_counts")}:
        for label, count in published_classes(labels, dataset).items():
            assert label in labels.classes
            assert meaning_of(count.evidence)


@pytest.mark.parametrize(
    ("name", "dataset", "total"),
    [
        ("casme3-7", "casme3a", 860),
        ("casme3-4", "casme3a", 860),
        ("casme3-3", "casme3a", 699),
        ("objective-7", "casme3a", 860),
        ("objective-7", "samm", 159),
        ("objective-7", "casme2", 255),
        ("emotion-5-samm", "samm", 136),
    ],
)
def test_class_counts_add_up_to_the_data_set(name, dataset, total):
    classes = published_classes(label_set(name), dataset)
    assert sum(count.clips for count in classes.values()) == total
    assert set(classes) == set(label_set(name).classes)


def test_what_is_not_known_is_empty():
    assert published_classes(label_set("casme3-3"), "samm") == {}
    assert published_subjects(label_set("casme3-3"), "casme3a") == {}
    assert published_total("casme-sq") is None
    assert published_total("4dme").subjects is None


CD6ME_TOTALS = {
    "casme": 217, "casme2": 363, "casme3a": 928, "4dme": 401, "mmew": 444, "samm": 168,
}  # fmt: skip


def test_cd6me_adds_up_to_its_published_sums():
    found = {name: sum(cd6me.published(name).values()) for name in CD6ME_TOTALS}
    assert found == CD6ME_TOTALS
    columns = [sum(cd6me.published(name)[unit] for name in found) for unit in cd6me.AUS]
    assert columns == [304, 280, 708, 134, 60, 252, 117, 75, 176, 277, 52, 86]
    assert cd6me.published("smic") == {}


def test_cd6me_targets_and_counts():
    row = cd6me.targets((25, 4, 17))
    assert [cd6me.AUS[i] for i in np.flatnonzero(row)] == [4, 17]
    assert set(cd6me.targets(None)) == {255}
    found = cd6me.count([(4,), (4, 12), None, ()])
    assert (found[4], found[12], found[1]) == (2, 1, 0)
