"""Numbers of clips beside the published ones."""

import collections
import csv
import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path

from fgrmer_tf import atomic
from input_pipeline.checking.check import CheckResult
from input_pipeline.checking.finding import Finding
from input_pipeline.label_sets import cd6me
from input_pipeline.label_sets.published import (
    published_classes,
    published_subjects,
    published_total,
)

FINDINGS, COUNTS = "findings.csv", "counts.csv"


@dataclasses.dataclass(frozen=True)
class Tally:
    """Clips of one class, subject or action unit.

    Args:
        what: `class`, `subject`, `action unit` or `data set`.
        name: Which one.
        clips: Usable clips.
        published: The published number, if one is known.
        evidence: How far that is verified, see `docs/protocol.md`.
    """

    what: str
    name: str
    clips: int
    published: int | None = None
    evidence: str = ""


def class_tallies(result: CheckResult) -> list[Tally]:
    """Usable clips of each class, in label order."""
    clips = collections.Counter(sample.label for sample in result.samples)
    known = published_classes(result.labels, result.dataset)
    return [
        Tally("class", name, clips[name], known[name].clips, known[name].evidence)
        if name in known
        else Tally("class", name, clips[name])
        for name in result.labels.classes
    ]


def subject_tallies(result: CheckResult) -> list[Tally]:
    """Usable clips of each subject; a published subject without one has 0."""
    clips = collections.Counter(sample.subject for sample in result.samples)
    known = published_subjects(result.labels, result.dataset)
    names = sorted(clips.keys() | known.keys())
    if not known:
        return [Tally("subject", name, clips[name]) for name in names]
    return [
        Tally("subject", name, clips[name], known.get(name, 0), "list")
        for name in names
    ]


def unit_tallies(result: CheckResult) -> list[Tally]:
    """Clips with each of CD6ME's action units, where every annotated clip counts.

    With classes by emotion some annotated clips are left out, and the numbers would
    not compare; then there are none.
    """
    known = cd6me.published(result.dataset)
    if result.labels.by != "annotated" or not known:
        return []
    clips = cd6me.count(sample.au for sample in result.samples)
    return [
        Tally("action unit", str(unit), clips[unit], known[unit], "printed")
        for unit in cd6me.AUS
    ]


def total_tally(result: CheckResult) -> Tally:
    """All clips that the data set lists, usable or not, beside the published size."""
    unusable = {
        (one.subject, one.clip, one.row)
        for one in result.findings
        if one.kind in ("fault", "protocol")
    }
    known = published_total(result.dataset)
    clips = len(result.samples) + len(unusable)
    if known is None:
        return Tally("data set", result.dataset, clips)
    return Tally("data set", result.dataset, clips, known.clips, known.evidence)


def all_tallies(result: CheckResult) -> list[Tally]:
    """Every count of a check."""
    return [
        total_tally(result),
        *class_tallies(result),
        *subject_tallies(result),
        *unit_tallies(result),
    ]


def write_check(folder: Path, result: CheckResult) -> None:
    """Writes everything that was found and counted.

    Writes:
        `findings.csv` and `counts.csv` in `folder`, UTF-8, a header and a row each.
    """
    write_tables(folder, result.findings, all_tallies(result))


def write_tables(
    folder: Path, findings: Sequence[Finding], tallies: Sequence[Tally]
) -> None:
    """Writes `findings.csv` and `counts.csv` in `folder`, as `write_check` does."""
    _write(
        folder / FINDINGS,
        [field.name for field in dataclasses.fields(Finding)],
        [dataclasses.asdict(one) for one in findings],
    )
    _write(
        folder / COUNTS,
        [field.name for field in dataclasses.fields(Tally)],
        [dataclasses.asdict(one) for one in tallies],
    )


def _write(path: Path, columns: Sequence[str], rows: Sequence[dict]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    atomic.write_text(path, text.getvalue())
