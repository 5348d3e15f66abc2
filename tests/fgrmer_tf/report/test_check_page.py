import dataclasses
import re

import numpy as np
import pytest

from fgrmer_tf.report.check_page import CheckPage, render_check
from fgrmer_tf.spec import NUM_AUS


def count(name, clips, published=None, evidence=""):
    return {"name": name, "clips": clips, "published": published, "evidence": evidence}


def finding(rule, **said):
    empty = {"subject": "", "clip": "", "row": None, "detail": "", "old": "", "new": ""}
    return {"rule": rule, "file": "", **empty, **said}


PAGE = CheckPage(
    dataset="casme2",
    root="/data/<CASME2>",
    title="Three classes",
    options="--classes megc2019",
    reasons=(),
    clips=37,
    frames=1234567,
    decoded=0,
    total=count("casme2", 41, 247, "cited"),
    classes={
        "class": [count("positive", 32, 32, "list"), count("negative", 5, 88, "list")]
    },
    subjects=[count("sub01", 37), count("sub02", 0)],
    units=[],
    findings={
        "fault": [
            finding("missing frame", subject="sub01", clip="EP1", row=3, detail="<b>"),
            finding("no apex annotated", subject="sub01", clip="EP2", row=5),
            finding("no apex annotated", subject="sub01", clip="EP3", row=7),
        ],
        "warning": [],
        "repair": [finding("apex chosen", subject="sub01", old="", new="47")],
        "protocol": [finding("label outside", subject=f"s{n}") for n in range(13)],
    },
    composite=None,
    cooccurrence=None,
    adjacency=None,
    annotated=0,
    evidence=[("list", "counted in the list")],
)


def text(page):
    plain = re.sub(r"<style>.*?</style>|<[^>]+>", " ", render_check(page), flags=re.S)
    return " ".join(plain.split())


def test_counts_stand_beside_the_published_ones():
    said = text(PAGE)
    assert "positive 32 32 as published list" in said
    assert "negative 5 88 -83 list" in said
    assert "Rows of the data set: 41; published: 247 (cited)" in said
    assert "1,234,567, none decoded" in said
    assert "list counted in the list" in said


def test_an_unknown_number_is_said_to_be_unknown():
    page = dataclasses.replace(PAGE, classes={"class": [count("positive", 32)]})
    assert "positive 32 &ndash; not known" in text(page)
    assert "no published number is known" in text(page)


def test_the_verdict_and_its_reasons():
    assert "Usable" in text(PAGE)
    assert "Not usable" not in text(PAGE)
    refused = text(dataclasses.replace(PAGE, reasons=("one class only",)))
    assert "Not usable one class only" in refused


def test_findings_are_grouped_with_row_old_and_new_value():
    said = text(PAGE)
    assert said.index("no apex annotated 2") < said.index("missing frame 1")
    assert "3 sub01/EP1" in said
    assert "sub01 nothing 47" in said
    assert "Left out: 3" in said
    assert "Warnings:" not in said


def test_long_lists_are_folded_and_short_ones_are_open():
    page = render_check(PAGE)
    assert page.count("<details open>") == 3
    assert page.count("<details >") == 1


def test_every_text_from_outside_is_escaped():
    page = render_check(PAGE)
    assert "&lt;CASME2&gt;" in page
    assert "<CASME2>" not in page
    assert "&lt;b&gt;" in page


def test_the_list_of_the_composite_is_grouped_by_reason():
    composite = {
        "listed": 5,
        "absent": [
            {"subject": "sub01", "clip": "EP1", "reason": ""},
            {"subject": "sub02", "clip": "EP2", "reason": "no apex annotated"},
        ],
        "extra": ["sub04/EP12_01f"],
        "disputed": ["sub05/EP12_03f"],
    }
    said = text(dataclasses.replace(PAGE, composite=composite))
    assert "3 of its 5 clips" in said
    assert "not in the data set 1 sub01/EP1" in said
    assert "no apex annotated 1 sub02/EP2" in said
    assert "usable here, not in the list 1 sub04/EP12_01f" in said
    assert "Public sources disagree about sub05/EP12_03f" in said


@pytest.mark.parametrize("annotated", [True, False])
def test_units_are_drawn_where_there_are_any(annotated):
    matrix = np.eye(NUM_AUS, dtype=np.int64) if annotated else None
    page = dataclasses.replace(PAGE, cooccurrence=matrix, adjacency=matrix)
    assert render_check(page).count("<svg") == (2 if annotated else 0)


def test_pictures_are_counted_by_part_and_need_no_subjects():
    page = dataclasses.replace(
        PAGE,
        thing="picture",
        options="--expressions 7",
        total=None,
        classes={
            "train": [count("all", 5), count("fear", 5, 7, "notes")],
            "test": [count("all", 2)],
        },
        subjects=(),
        notes=("labels start at <1>",),
    )
    said = text(page)
    assert "--expressions 7" in said
    assert "Usable pictures 37 subjects are not known" in said
    assert "train pictures here published difference evidence all 5" in said
    assert "fear 5 7 -2 notes" in said
    assert "test pictures here" in said
    assert "Files of its pictures: 1,234,567, none decoded" in said
    assert "Easily overlooked in casme2 labels start at &lt;1&gt;" in said
    assert "wrong with these pictures" in said
    assert "clips" not in said
    assert "Usable pictures of each subject" not in said


def test_the_page_needs_no_network_and_no_script():
    matrix = np.eye(NUM_AUS, dtype=np.int64)
    page = dataclasses.replace(PAGE, cooccurrence=matrix, adjacency=matrix)
    html = render_check(page)
    outside = re.findall(r"(?:src|href)\s*=\s*[\"']?https?:|url\(\s*http|@import", html)
    assert outside == []
    assert "<script" not in html
    assert 'name="viewport"' in html
    assert "@media print" in html
