"""One thing that a check found, whatever found it."""

import dataclasses
from pathlib import Path
from typing import Literal

from input_pipeline.file_names import show
from input_pipeline.findings import Repair, Skip
from input_pipeline.records import Sample

Kind = Literal["fault", "warning", "repair", "protocol"]
"""A `fault` costs a clip; a `warning` does not; a `repair` is a value that a loader
changed or chose; by `protocol` a clip is left out though nothing is wrong with it."""

KINDS: tuple[Kind, ...] = ("fault", "warning", "repair", "protocol")

_BY_PROTOCOL = (
    "label outside the protocol",
    "clip outside the protocol",
    "data set outside the protocol",
    "disputed clip",
    "not a micro-expression",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding, with its place.

    Args:
        kind: What it means for the clip.
        rule: Short and countable, as in `Skip` and `Repair`.
        subject: Empty where it concerns the whole data set.
        clip: Empty where it concerns the subject.
        row: Row of the annotation sheet, from 1 as a spreadsheet shows it.
        detail: The value that broke the rule.
        old: Of a repair, what the data set says.
        new: Of a repair, what is used.
        file: The file, relative to the root.
    """

    kind: Kind
    rule: str
    subject: str = ""
    clip: str = ""
    row: int | None = None
    detail: str = ""
    old: str = ""
    new: str = ""
    file: str = ""


def of_skip(skip: Skip) -> Finding:
    """The finding that a clip left out by its loader amounts to."""
    return Finding(
        kind="protocol" if skip.rule in _BY_PROTOCOL else "fault",
        rule=skip.rule,
        subject=skip.subject,
        clip=skip.clip,
        row=skip.row,
        detail=skip.detail,
    )


def of_repair(repair: Repair) -> Finding:
    """The finding that a value changed by a loader amounts to."""
    return Finding(
        kind="repair",
        rule=repair.rule,
        subject=repair.subject,
        clip=repair.clip,
        row=repair.row,
        old=repair.old,
        new=repair.new,
    )


def about(
    sample: Sample, kind: Kind, rule: str, detail: str, file: Path, root: Path
) -> Finding:
    """A finding on one image of a clip.

    Args:
        sample: The clip.
        kind: As in `Finding`, like `rule` and `detail`.
        rule: See above.
        detail: See above.
        file: The image.
        root: Folder that its name is relative to.
    """
    return Finding(
        kind=kind,
        rule=rule,
        subject=sample.subject,
        clip=sample.clip,
        detail=detail,
        file=below(file, root),
    )


def below(file: Path, root: Path) -> str:
    """The name of a file as seen from `root`, as text that can be written."""
    return show(file.relative_to(root) if file.is_relative_to(root) else file)
