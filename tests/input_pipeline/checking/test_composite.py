from pathlib import Path

import pytest

from input_pipeline.checking.composite import Absent, compare
from input_pipeline.checking.finding import Finding
from input_pipeline.label_sets.label_set import label_set
from input_pipeline.label_sets.membership import listed
from input_pipeline.records import Sample


def sample(subject, clip, dataset="casme2"):
    return Sample(
        dataset=dataset,
        subject=subject,
        clip=clip,
        label="positive",
        onset_path=Path("a"),
        apex_path=Path("b"),
    )


def all_of(dataset, members="listed"):
    return [sample(*key[1:], key[0]) for key in listed(members) if key[0] == dataset]


@pytest.mark.parametrize(
    ("dataset", "clips"), [("casme2", 145), ("samm", 133), ("smic", 164)]
)
def test_the_whole_list_is_complete(dataset, clips):
    found = compare(label_set("megc2019-442"), dataset, all_of(dataset), [])
    assert (found.listed, found.absent, found.extra) == (clips, (), ())


def test_what_is_missing_has_its_reason_and_what_is_more_is_named():
    clips = [one for one in all_of("casme2") if one.clip != "EP19_05f"]
    clips = [one for one in clips if (one.subject, one.clip) != ("sub03", "EP01_2")]
    cost = Finding(
        kind="fault", rule="no apex annotated", subject="sub03", clip="EP01_2"
    )
    warning = Finding(kind="warning", rule="x", subject="sub01", clip="EP19_05f")
    extra = sample("sub04", "EP12_01f")
    found = compare(label_set("megc2019"), "casme2", [*clips, extra], [cost, warning])
    assert found.absent == (
        Absent(subject="sub01", clip="EP19_05f", reason=""),
        Absent(subject="sub03", clip="EP01_2", reason="no apex annotated"),
    )
    assert found.extra == (("sub04", "EP12_01f"),)
    assert found.disputed == (("sub05", "EP12_03f"),)


def test_without_the_disputed_clip_it_is_extra_and_not_missing():
    labels = label_set("megc2019-441")
    found = compare(labels, "casme2", all_of("casme2", "undisputed"), [])
    assert (found.listed, found.absent, found.extra) == (144, (), ())


@pytest.mark.parametrize(
    ("name", "dataset"), [("megc2019", "mmew"), ("emotion-5-casme2", "casme2")]
)
def test_other_data_sets_and_class_sets_are_not_compared(name, dataset):
    assert compare(label_set(name), dataset, [], []) is None
