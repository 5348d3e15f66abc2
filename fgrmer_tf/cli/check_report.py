"""The files of `fgrmer check --out`: a page for people, two tables for machines."""

import dataclasses
from pathlib import Path

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.report.check_page import CheckPage, render_check
from input_pipeline.au_annotation import au_row
from input_pipeline.au_graph import adjacency, cooccurrence
from input_pipeline.checking import tally
from input_pipeline.checking.check import CheckResult
from input_pipeline.checking.finding import KINDS
from input_pipeline.file_names import show
from input_pipeline.label_sets.published import meaning_of

PAGE = "check.html"


def write_report(folder: Path, result: CheckResult, root: Path) -> Path:
    """Writes the page and the tables of a check.

    Writes:
        `check.html`, `findings.csv` and `counts.csv` in `folder`.

    Returns:
        The page.
    """
    tally.write_check(folder, result)
    return atomic.write_text(folder / PAGE, render_check(_page(result, root)))


def _page(result: CheckResult, root: Path) -> CheckPage:
    counts = _cooccurrence(result)
    words = {one.evidence for one in tally.all_tallies(result)} - {""}
    return CheckPage(
        dataset=result.dataset,
        root=show(root),
        title=result.labels.title,
        options=f"--classes {result.labels.name}",
        reasons=result.reasons,
        clips=len(result.samples),
        frames=result.frames,
        decoded=result.decoded,
        total=dataclasses.asdict(tally.total_tally(result)),
        classes={
            "class": [dataclasses.asdict(one) for one in tally.class_tallies(result)]
        },
        subjects=[dataclasses.asdict(one) for one in tally.subject_tallies(result)],
        units=[dataclasses.asdict(one) for one in tally.unit_tallies(result)],
        findings={
            kind: [
                dataclasses.asdict(one) for one in result.findings if one.kind == kind
            ]
            for kind in KINDS
        },
        composite=_composite(result),
        cooccurrence=counts,
        adjacency=None if counts is None else adjacency(counts),
        annotated=sum(sample.au is not None for sample in result.samples),
        evidence=[(word, meaning_of(word)) for word in sorted(words)],
    )


def _cooccurrence(result: CheckResult) -> np.ndarray | None:
    rows = [au_row(sample.au) for sample in result.samples]
    counts = cooccurrence(np.stack(rows)) if rows else np.zeros((0, 0), np.int64)
    return counts if counts.any() else None


def _composite(result: CheckResult) -> dict | None:
    if result.composite is None:
        return None
    return {
        "listed": result.composite.listed,
        "absent": [dataclasses.asdict(one) for one in result.composite.absent],
        "extra": ["/".join(key) for key in result.composite.extra],
        "disputed": ["/".join(key) for key in result.composite.disputed],
    }
