import dataclasses
import html.parser
import re
import types

import numpy as np
import pytest

from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.study import study
from fgrmer_tf.report.page import ReportData, render_report
from fgrmer_tf.report.published import published_accuracies
from fgrmer_tf.spec import MEGC2019_CLASSES

EVIL = "<script>alert('x')</script>&"


def make_study(seeds=(2,), right_linear=True, **options):
    """13 clips of three subjects; the last clip is wrong under every seed."""
    clips = 13
    table = types.SimpleNamespace(
        label=np.arange(clips) % 3,
        dataset=np.repeat(["samm", "casme2"], [5, 8]),
        subject=np.repeat(["s1", "s1", "s2"], [5, 4, 4]),
        clip=np.array([f"clip{row}" for row in range(clips)]),
        class_names=options.pop("class_names", MEGC2019_CLASSES),
    )
    answer = table.label.copy()
    answer[-1] = 1
    folds = {"casme2/s1": range(5, 9), "casme2/s2": range(9, 13), "samm/s1": range(5)}

    def made(answer, seed, **columns):
        return [
            FoldResult(
                seed=seed,
                fold=name,
                test=np.array(rows),
                logits=np.eye(3, dtype=np.float32)[answer[list(rows)]],
                notes=("said of all",),
                **columns,
            )
            for name, rows in folds.items()
        ]

    results = [
        result
        for seed in seeds
        for result in made(answer, seed, loss=(1.5, 0.5), seconds=90, cpu_seconds=120)
    ]
    results[1] = dataclasses.replace(
        results[1], notes=("a class is missing", "said of all")
    )
    if options.pop("curves", False):
        # The first epoch is right everywhere: an oracle would take it.
        results = [
            dataclasses.replace(
                result,
                test_curve=np.stack(
                    [
                        np.eye(3, dtype=np.float32)[table.label[result.test]],
                        result.logits,
                    ]
                ),
            )
            for result in results
        ]
    for offset in options.get("moved", {}):
        results = [
            dataclasses.replace(
                result,
                probes={**result.probes, f"apex{offset:+d}": result.logits[::-1]},
            )
            for result in results
        ]
    linear = made(table.label * right_linear, 0, loss=(), seconds=1)
    defaults = {
        "protocol": "loso",
        "selection": "fixed",
        "model": "fgrmer",
        "linear": linear,
        "fps": np.full(clips, 200.0),
        "moved": {},
    }
    return study(table, results, **{**defaults, **options})


def make(scored=None, **changes):
    data = ReportData(
        title="A run",
        study=scored or make_study(),
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
    assert re.search(
        r"casme2 2 8 \S+ \S+ 0\.875 1\.000 samm 1 5 1\.000 1\.000 1\.000 1\.000", text
    )
    assert re.search(r"full 3 13 0\.926", text)
    assert "negative 4 0.889 1.000" in text
    assert "casme2 s1 4/4 s2 3/4 samm s1 5/5" in text
    assert "Clips left out: 1 clip reason EP01 no face" in text
    assert re.search(r"experiment\. train\. epochs 59", text)
    assert "keras 3.15.1" in text
    assert "Action unit graph" in text
    assert "took 4.5 minutes of wall time and 6.0 minutes of processor time" in text
    assert "the sum over 3 fits" in text


def test_the_linear_model_stands_beside_the_network():
    text = read(render_report(make()))
    assert re.search(r"FGRMER 0\.926 0\.\d+\S1\.000", text)
    assert re.search(r"standardised linear model 1\.000 1\.000\S1\.000", text)
    # Only the last clip differs: one clip right there alone, none here.
    assert (
        "Against the linear model on the same 13 clips: UF1 \N{MINUS SIGN}0.074" in text
    )
    assert re.search(r"McNemar right here alone .* exact 0 1 0\.500 1\.000", text)
    worse = make(make_study(right_linear=False))
    assert "UF1 +0.741" in read(render_report(worse))


def test_the_oracle_is_named_and_its_flattery_told():
    text = read(render_report(make(make_study(curves=True))))
    assert re.search(
        r"FGRMER, oracle chosen on the test clips 1\.000 \+0\.074 1\.000", text
    )
    assert "UF1 0.926" in text
    assert "Nothing was chosen here" in text
    assert (
        "oracle"
        not in read(render_report(make(make_study()))).partition("Published")[0]
    )


def test_a_moved_apex_has_its_own_table():
    text = read(render_report(make(make_study(moved={-2: 11, 3: 12}))))
    assert re.search(
        r"\N{MINUS SIGN}2 \N{MINUS SIGN}10 ms casme2 .* samm 0\.\d+ 0\.\d+ 11", text
    )
    assert re.search(r"0 0 ms casme2 0 ms samm 0\.926 0\.923 13", text)
    assert re.search(r"\+3 \+15 ms", text)


def test_shuffled_labels_are_shown_and_a_control_run_says_so():
    control = [{"uf1": 0.25, "uar": 0.3, "accuracy": 0.4}] * 2
    text = read(render_report(make(make_study(control=control))))
    assert "labels shuffled (2 times) 0.250 0.300 0.400" in text
    assert "Control run" not in text
    assert "Control run. Labels were shuffled" in read(
        render_report(make(control=True))
    )


def test_a_linear_run_is_not_compared_with_itself():
    text = read(render_report(make(make_study(model="linear"))))
    assert text.count("standardised linear model") == 1
    assert "Against the linear model" not in text


def test_published_numbers_are_marked_and_only_for_their_label_set():
    text = read(render_report(make()))
    assert re.search(r"FGRMER 2021 0\.7914 0\.7933 .{20,30} yes as usually cited", text)
    assert "not checked against the paper" in text
    assert "balanced logistic regression, standardised whole map 0.745" in text
    other = make(make_study(class_names=("a", "b", "c")))
    assert "Published elsewhere" not in read(render_report(other))


def test_published_accuracies_stand_beside_the_measured_one():
    given = make(published_pictures=published_accuracies("raf-db", 7))
    text = read(render_report(given))
    accuracy = f"{given.study.metrics['full']['accuracy']:.3f}"
    assert re.search(rf"this run {re.escape(accuracy)} .*? no TransFER 2021", text)
    assert "TransFER 2021 0.9091 likely released evaluation log (0.90906)" in text
    assert "POSTER++ 2024 0.9221 unknown table of a survey quoted from there" in text
    assert "this one tested 13." in text
    assert "official test part" not in read(render_report(make()))


def test_what_is_not_there_leaves_no_heading():
    bare = make_study(linear=())
    for result in bare.results:
        object.__setattr__(result, "notes", ())
    text = read(render_report(make(bare)))
    for heading in (
        "Notes",
        "Clips left out",
        "Action unit graph",
        "A misplaced apex",
        "Test clips over epochs",
        "Against the linear model",
        "UF1, linear",
    ):
        assert heading not in text


def test_a_note_is_said_once_with_its_folds():
    text = read(render_report(make(notes=("of the run",))))
    assert text.count("a class is missing") == 1
    assert "a class is missing (casme2/s2)" in text
    assert "said of all (every fold)" in text
    assert "of the run (" not in text


def test_several_seeds_show_their_spread():
    scored = make_study(seeds=(2, 5, 11))
    scored.metrics["per_seed"][1]["full"]["uf1"] = 0.5
    scored.metrics["full"]["uf1"] = 0.781
    text = read(render_report(make(scored)))
    assert "13 clips, 3 folds, seeds 2, 5, 11: means" in text
    # The deviation of .926, .5, .926.
    assert "over seeds: 0.500 to 0.926, deviation 0.246" in text
    assert re.search(r"full 3 13 0\.781 0\.500\S0\.926", text)
    assert re.search(r"casme2 2 8 \d", text)
    assert "casme2 s1 12/12 s2 9/12" in text
    assert re.search(r"McNemar, seed .* 2 0 1 0\.500 1\.000 5 0 1", text)
    assert "a class is missing (casme2/s2) " in text


def test_every_text_from_outside_is_escaped():
    scored = make_study(class_names=(EVIL, "negative", "surprise"))
    scored.predictions.subject[:] = "s"
    evil = np.full(13, EVIL)
    scored = dataclasses.replace(
        scored, predictions=dataclasses.replace(scored.predictions, subject=evil)
    )
    page = render_report(
        make(
            dataclasses.replace(scored, linear=None),
            title=EVIL,
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
    data = make(make_study(protocol="three-fold", selection="by lot"))
    text = read(render_report(data))
    assert "three-fold by lot" in text
