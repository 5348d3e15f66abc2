"""`fgrmer check`: what a data set folder holds, before any work is done on it."""

import collections
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import tyro
from rich.markup import escape
from rich.table import Table

from fgrmer_tf.cli.console import console, count_table, progress, say
from fgrmer_tf.cli.data_sets import DatasetName, FrameKind, MissingApex, load
from input_pipeline.label_sets.label_set import DEFAULT, ClassSet, label_set
from input_pipeline.macro.names import AS_PUBLISHED, PhotoReading, PhotoSetName

if TYPE_CHECKING:
    from input_pipeline.checking.check import CheckResult
    from input_pipeline.checking.finding import Finding
    from input_pipeline.checking.tally import Tally

_NOT_USABLE = 1
_TITLES = {
    "fault": "left out: faulty",
    "warning": "warnings",
    "repair": "repairs",
    "protocol": "left out: protocol",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """Says what of a data set is usable, what is not, and what was repaired.

    Exit status: 0 the set is usable: two subjects or more and two classes or more are
    left, and of a class set with a list of clips all are there; 1 it is not; 2 wrong
    input, such as a wrong root.
    """

    dataset: tyro.conf.Positional[DatasetName | PhotoSetName]
    """Name of the data set."""
    root: tyro.conf.Positional[Path]
    """Its folder, as delivered."""
    classes: ClassSet = DEFAULT
    """Class set to check clips for."""
    reading: Annotated[PhotoReading, tyro.conf.arg(name="")] = AS_PUBLISHED
    frames: FrameKind = "any"
    """Which frame folders to read."""
    missing_apex: MissingApex = "leave-out"
    """Whether the middle frame stands for an apex that is not annotated."""
    deep: bool = False
    """Decode every frame of every clip, or every picture; takes minutes where the rest
    takes seconds."""
    out: Path | None = None
    """Folder for check.html, findings.csv and counts.csv."""

    def run(self) -> int:
        if self.dataset in get_args(PhotoSetName):
            from fgrmer_tf.cli.check_photos import run_photo_check

            return run_photo_check(
                cast(PhotoSetName, self.dataset),
                self.root,
                self.reading,
                deep=self.deep,
                out=self.out,
            )
        return self._check_clips()

    def _check_clips(self) -> int:
        from input_pipeline.checking.check import check

        labels = label_set(self.classes)
        manifest = load(self.dataset, self.root, labels, self.frames, self.missing_apex)
        with progress("checking clips") as update:
            result = check(
                manifest,
                self.dataset,
                self.root,
                labels,
                deep=self.deep,
                progress=update,
            )
        _print(result)
        if self.out:
            from fgrmer_tf.cli.check_report import write_report

            say(f"report: {escape(str(write_report(self.out, result, self.root)))}")
        for reason in result.reasons:
            say(f"[bold red]not usable:[/] {escape(reason)}")
        subjects = {sample.subject for sample in result.samples}
        say(f"{len(result.samples)} clips of {len(subjects)} subjects are usable.")
        return _NOT_USABLE if result.reasons else 0


def _print(result: "CheckResult") -> None:
    from input_pipeline.checking import tally

    tally_table("clips by class", tally.class_tallies(result))
    tally_table("clips by subject", tally.subject_tallies(result))
    if units := tally.unit_tallies(result):
        tally_table("clips with action unit", units)
    print_findings(result.findings)
    if result.composite:
        said = result.composite
        say(
            f"MEGC2019 list: {said.listed - len(said.absent)} of {said.listed} clips "
            f"are usable here, {len(said.extra)} usable clips are not in the list."
        )


def print_findings(findings: "Sequence[Finding]") -> None:
    """Prints how often each rule came up, and every finding."""
    from input_pipeline.checking.finding import KINDS

    for kind in KINDS:
        found = [one for one in findings if one.kind == kind]
        if found:
            rules = collections.Counter(one.rule for one in found)
            count_table(_TITLES[kind], dict(rules.most_common()))
        for one in found:
            say(escape(_line(one)))


def tally_table(title: str, tallies: "Sequence[Tally]", what: str = "clips") -> None:
    """Prints counts beside the published ones."""
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    table.add_column(what, justify="right")
    table.add_column("published", justify="right")
    for one in tallies:
        known = "" if one.published is None else f"{one.published} ({one.evidence})"
        table.add_row(escape(one.name), str(one.clips), known)
    console.print(table)


def _line(one: "Finding") -> str:
    where = f"{one.subject}/{one.clip}".strip("/") or "data set"
    row = f" (row {one.row})" if one.row else ""
    if one.kind == "repair":
        detail = f"{one.old or 'nothing'} -> {one.new}"
    else:
        detail = ", ".join(filter(None, (one.detail, one.file)))
    return f"{where}{row}: {one.rule} ({detail})"
