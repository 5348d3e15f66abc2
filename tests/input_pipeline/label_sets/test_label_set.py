from typing import get_args

import pytest

from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.label_sets.annotation import Annotation, Label, LeftOut
from input_pipeline.label_sets.label_set import DEFAULT, ClassSet, label_set, words
from input_pipeline.label_sets.tables import rows


def label(classes, dataset="casme2", subject="sub01", clip="EP02_01f", **said):
    return label_set(classes).label(
        Annotation(dataset=dataset, subject=subject, clip=clip, **said)
    )


def test_every_name_of_the_command_line_is_in_the_table_and_the_other_way_round():
    assert {row["name"] for row in rows("class_sets")} == set(get_args(ClassSet))


def test_every_mapped_class_exists_and_every_word_is_lower_case_and_there_once():
    seen = set()
    for row in rows("labels"):
        assert row["label"] in (*label_set(row["classes"]).classes, "")
        assert row["emotion"] == row["emotion"].lower()
        key = (row["classes"], row["dataset"], row["emotion"])
        assert key not in seen
        seen.add(key)


def test_the_default_is_the_published_order_of_classes():
    assert label_set(DEFAULT).classes == MEGC2019_CLASSES


@pytest.mark.parametrize(
    ("dataset", "emotion", "expected"),
    [
        ("casme2", "happiness", "positive"),
        ("casme2", " Disgust ", "negative"),
        ("casme2", "REPRESSION", "negative"),
        ("casme2", "surprise", "surprise"),
        ("samm", "Anger", "negative"),
        ("samm", "Fear", "negative"),
        ("smic", "negative", "negative"),
        ("casme3a", "happy", "positive"),
        ("4dme", "surprise+repression", "surprise"),
    ],
)
def test_megc2019_by_its_rule(dataset, emotion, expected):
    assert label("megc2019", dataset, emotion=emotion) == Label(expected)


@pytest.mark.parametrize(
    ("dataset", "emotion", "rule"),
    [
        ("casme2", "fear", "label outside the protocol"),
        ("casme2", "others", "label outside the protocol"),
        ("samm", "Other", "label outside the protocol"),
        ("samm", "Others", "label outside the protocol"),
        ("casme2", "joy", "unknown label"),
        ("casme2", "", "unknown label"),
        ("4dme", "negative+surprise", "several labels"),
        ("4dme", "repression", "label outside the protocol"),
        ("casme3c", "happy", "data set outside the protocol"),
    ],
)
def test_what_is_left_out_has_its_rule(dataset, emotion, rule):
    found = label("megc2019", dataset, emotion=emotion)
    assert isinstance(found, LeftOut)
    assert found.rule == rule
    assert found.detail


def test_five_emotions_keep_what_three_classes_drop():
    assert label("emotion-5-casme2", emotion="others") == Label("others")
    assert label("emotion-5-samm", "samm", emotion="Others") == Label("other")
    assert label("emotion-5-casme2", emotion="fear").rule == (
        "label outside the protocol"
    )
    assert label("emotion-5-samm", emotion="anger").rule == (
        "data set outside the protocol"
    )


@pytest.mark.parametrize(
    ("classes", "expected"),
    [("casme3-3", None), ("casme3-4", "others"), ("casme3-7", "others")],
)
def test_casme3_differs_in_its_others(classes, expected):
    found = label(classes, "casme3a", emotion="Others")
    assert getattr(found, "name", None) == expected
    negative = label(classes, "casme3a", emotion="sad").name
    assert negative == ("sadness" if classes == "casme3-7" else "negative")


def test_the_strict_set_takes_the_clips_of_the_list_alone():
    listed = {"subject": "sub01", "clip": "EP02_01f", "emotion": "happiness"}
    other = listed | {"clip": "EP02_02f"}
    for classes in ("megc2019-442", "megc2019-441"):
        assert label(classes, **listed) == Label("positive")
        assert label(classes, **other).rule == "clip outside the protocol"
    assert label("megc2019", **other) == Label("positive")


def test_the_disputed_clip_is_a_choice():
    disputed = {"subject": "sub05", "clip": "EP12_03f", "emotion": "surprise"}
    assert label("megc2019", **disputed) == Label("surprise")
    assert label("megc2019-442", **disputed) == Label("surprise")
    assert label("megc2019-441", **disputed).rule == "disputed clip"


def test_a_label_that_is_dropped_is_so_before_any_list_is_asked():
    assert label("megc2019-442", emotion="others").rule == "label outside the protocol"


def test_cd6me_takes_every_annotated_clip_whatever_was_felt():
    assert label("cd6me", emotion="others", au=(4,)) == Label("annotated")
    assert label("cd6me", au=()) == Label("annotated")
    assert label("cd6me", emotion="disgust").rule == "no action units annotated"


def test_words_of_a_data_set():
    assert words("megc2019", "casme2")["repression"] == "negative"
    assert words("megc2019-442", "casme2")["others"] == ""
