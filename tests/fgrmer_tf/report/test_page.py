import dataclasses
import html.parser
import re
import types

import numpy as np
import pytest

from fgrmer_tf.evaluation.results import FoldResult, pool
from fgrmer_tf.evaluation.summary import summarize
from fgrmer_tf.report.page import ReportData, render_report

EVIL = "<script>alert('x')</script>&"


def make(seeds=(2,), **changes):
    """13 clips of three subjects; the last clip is wrong under every seed."""
    clips = 13
    table = types.SimpleNamespace(
        label=np.arange(clips) % 3,
        dataset=np.repeat(["samm", "casme2"], [5, 8]),
        subject=np.repeat(["s1", "s1", "s2"], [5, 4, 4]),
        clip=np.array([f"clip{row}" for row in range(clips)]),
        class_names=("positive", "negative", "surprise"),
    )
    answer = table.label.copy()
    answer[-1] = 1
    folds = {"casme2/s1": range(5, 9), "casme2/s2": range(9, 13), "samm/s1": range(5)}
    results = [
        FoldResult(
            seed=seed,
            fold=name,
            test=np.array(rows),
            logits=np.eye(3, dtype=np.float32)[answer[list(rows)]],
            loss=(1.5, 0.5),
            seconds=90,
            notes=("a class is missing",) if name == "casme2/s2" else ("said of all",),
        )
        for seed in seeds
        for name, rows in folds.items()
    ]
    results[1] = dataclasses.replace(
        results[1], notes=("a class is missing", "said of all")
    )
    predictions = pool(table, results)
    data = ReportData(
        title="A run",
        predictions=predictions,
        results=results,
        metrics=summarize(predictions, protocol="loso"),
        settings={"protocol": "loso", "experiment": {"train": {"epochs": 59}}},
        versions={"keras": "3.15.1"},
    )
    return dataclasses.replace(data, **changes)


class Reader(html.parser.HTMLParser):
    """Visible words, and whether every tag is closed in order."""

    VOID = ("meta", "wbr", "br")

    def __init__(self, page):
        super().__init__()
        self.open, self.words = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.words.append(data)


def read(page):
    return re.sub(r"\s+", " ", " ".join(Reader(page).words))


def test_the_headline_says_the_scores_and_how_they_came_about():
    text = read(render_report(make()))
    # F1 by class: 8/9 (one missed of five), 8/9 (one too many), 1.
    assert "UF1 0.926" in text
    assert "Accuracy 0.923" in text
    assert "Leave-one-subject-out: each fold tests" in text
    assert "fixed in advance; no tested clip took part" in text
    assert "13 clips, 3 folds, seed 2" in text
    # 5 of 13 clips have the commonest class: accuracy .385, UF1 (10/18)/3.
    assert "majority guess: 0.385" in text
    assert "majority guess: 0.185" in text


def test_every_table_is_there():
    data = make(skipped=[{"clip": "EP01", "reason": "no face"}], adjacency=np.eye(9))
    text = read(render_report(data))
    assert re.search(r"casme2 2 8 \S+ \S+ 0\.875 samm 1 5 1\.000 1\.000 1\.000", text)
    assert re.search(r"full 3 13 0\.926", text)
    assert "negative 4 0.889 1.000" in text
    assert "casme2 s1 4/4 s2 3/4 samm s1 5/5" in text
    assert "Clips left out: 1 clip reason EP01 no face" in text
    assert re.search(r"experiment\. train\. epochs 59", text)
    assert "keras 3.15.1" in text
    assert "Action unit graph" in text
    assert "took 4.5 minutes, the sum over 3 fits" in text


def test_what_is_not_there_leaves_no_heading():
    data = make()
    bare = [dataclasses.replace(result, notes=()) for result in data.results]
    text = read(render_report(dataclasses.replace(data, results=bare)))
    for heading in ("Notes", "Clips left out", "Action unit graph"):
        assert heading not in text


def test_a_note_is_said_once_with_its_folds():
    text = read(render_report(make(notes=("of the run",))))
    assert text.count("a class is missing") == 1
    assert "a class is missing (casme2/s2)" in text
    assert "said of all (every fold)" in text
    assert "of the run (" not in text


def test_several_seeds_show_their_spread():
    data = make(seeds=(2, 5, 11))
    data.metrics["per_seed"][1]["full"]["uf1"] = 0.5
    data.metrics["full"]["uf1"] = 0.781
    text = read(render_report(data))
    assert "13 clips, 3 folds, seeds 2, 5, 11: means" in text
    assert "UF1 0.781 0.500 to 0.926" in text
    assert re.search(r"full 3 13 0\.781 0\.500\S0\.926", text)
    assert re.search(r"casme2 2 8 \d", text)
    assert "casme2 s1 12/12 s2 9/12" in text
    assert "a class is missing (casme2/s2) " in text


def test_every_text_from_outside_is_escaped():
    data = make()
    evil = np.full(13, EVIL)
    page = render_report(
        dataclasses.replace(
            data,
            title=EVIL,
            predictions=dataclasses.replace(
                data.predictions,
                subject=evil,
                class_names=(EVIL, "negative", "surprise"),
            ),
            settings={EVIL: EVIL},
            versions={EVIL: EVIL},
            notes=(EVIL,),
            skipped=[{EVIL: EVIL}],
        )
    )
    assert "<script" not in page
    assert read(page).count(EVIL) >= 10


@pytest.mark.parametrize("pattern", [r"<script", r"<link", r"@import", r"<img"])
def test_the_page_runs_and_fetches_nothing(pattern):
    page = render_report(make(adjacency=np.eye(9)))
    assert not re.search(pattern, page)
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert not re.search(r"url\((?!#)", page)


def test_a_protocol_without_a_sentence_is_named():
    data = make()
    data.metrics["protocol"] = "three-fold"
    assert "three-fold" in read(render_report(data))
