"""The files of `fgrmer check --out` for a data set of pictures."""

import dataclasses
from pathlib import Path
from typing import Any

from fgrmer_tf import atomic
from fgrmer_tf.cli.check_report import PAGE
from fgrmer_tf.report.check_page import CheckPage, render_check
from input_pipeline.checking.finding import KINDS
from input_pipeline.checking.tally import write_tables
from input_pipeline.file_names import show
from input_pipeline.macro.checking import PhotoCheck
from input_pipeline.macro.names import PhotoReading, PhotoSetName
from input_pipeline.macro.overlooked import OVERLOOKED
from input_pipeline.macro.published import EVIDENCE


def write_photo_report(
    folder: Path,
    result: PhotoCheck,
    dataset: PhotoSetName,
    root: Path,
    reading: PhotoReading,
) -> Path:
    """Writes the page and the tables of a check.

    Writes:
        `check.html`, `findings.csv` and `counts.csv` in `folder`.

    Returns:
        The page.
    """
    tallies = [*result.tallies(), *result.subject_tallies()]
    write_tables(folder, result.findings, tallies)
    page = CheckPage(
        dataset=dataset,
        root=show(root),
        title=f"{len(result.class_names)} classes: {', '.join(result.class_names)}.",
        options=_options(dataset, reading),
        reasons=result.reasons,
        clips=len(result.photos),
        frames=result.files,
        decoded=result.decoded,
        classes=_by_part(result),
        subjects=[dataclasses.asdict(one) for one in result.subject_tallies()],
        findings={
            kind: [
                dataclasses.asdict(one) for one in result.findings if one.kind == kind
            ]
            for kind in KINDS
        },
        evidence=[
            (word, meaning)
            for word, meaning in EVIDENCE.items()
            if any(one.evidence == word for one in tallies)
        ],
        notes=OVERLOOKED[dataset],
        thing="picture",
    )
    return atomic.write_text(folder / PAGE, render_check(page))


def _by_part(result: PhotoCheck) -> dict[str, list[dict[str, Any]]]:
    """Counts under their part's name; the part as a whole comes first."""
    found: dict[str, list[dict[str, Any]]] = {}
    part = ""
    for one in result.tallies():
        if one.what == "part":
            part, name = one.name, "all classes"
        else:
            name = one.name.removeprefix(f"{part} ")
        heading = "class" if part == "all" else part
        found.setdefault(heading, []).append({**dataclasses.asdict(one), "name": name})
    return found


def _options(dataset: PhotoSetName, reading: PhotoReading) -> str:
    """The options that decide which pictures are usable here."""
    own = {
        "ferplus": f" --votes {reading.votes}",
        "ck-plus": f" --last-frames {reading.last_frames}",
    }
    return f"--expressions {reading.expressions}{own.get(dataset, '')}"
