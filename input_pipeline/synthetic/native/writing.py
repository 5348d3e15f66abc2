"""Rendered clips to a data set's folder: frames, traps, sheet, list of traps."""

import collections
import csv
import dataclasses
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.label_sets.label_set import DEFAULT, words
from input_pipeline.synthetic.native.entries import Entry, NativeLayout, Site, Trap
from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.rendering import RenderedClip

TRAPS = "traps.csv"


@dataclasses.dataclass(frozen=True)
class Planted:
    """One row of `traps.csv`: what goes wrong, and the rule that must report it.

    Args:
        trap: What it is.
        finding: `skip` or `repair` of a loader with the MEGC2019 classes, or `check`,
            where only a closer look at the frames reports it.
        rule: Rule of the finding.
        subject: As a `Sample` is called.
        clip: See above; empty where it is the whole subject.
        row: Row of the sheet, from 1; `None` without one.
        file: What was spoilt, below the root; empty where it is a cell.
    """

    trap: str
    finding: str
    rule: str
    subject: str
    clip: str
    row: int | None
    file: str


def write_layout(
    root: Path,
    layout: NativeLayout,
    clips: Sequence[RenderedClip],
    *,
    kind: Kind = "raw",
    traps: bool = True,
) -> list[Planted]:
    """Writes clips as one data set comes.

    Writes:
        Frames, annotation sheet and `traps.csv` below `root`.

    Args:
        root: A folder without them.
        layout: The data set.
        clips: Rendered; the same clips serve any number of layouts.
        kind: Frames as recorded, or cut out round the face.
        traps: Whether clips are spoilt, each by one trap of this data set, as far as
            there are clips that their subjects can spare.

    Returns:
        What a loader or a closer look must find, in the order of `traps.csv`.

    Raises:
        InputError: If the data set has no cropped frames.
    """
    picture = layout.raw if kind == "raw" else layout.cropped
    if picture is None:
        raise InputError(
            f"{layout.dataset} has no {kind} frames that are known here. Leave out "
            "--frames."
        )
    entries = layout.entries(clips, kind)
    site = Site(root=root, entries=entries, suffix=picture.suffix)
    for entry in entries:
        site.folder(entry).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(picture.put, entry.shot.clip, frame, site.file(entry, number))
            for entry in entries
            for number, frame in entry.shot.frames.items()
        ]
        for job in jobs:
            job.result()
    planted = _outside(layout, entries)
    if traps:
        spared = _spared(entries)
        for trap in layout.traps:
            entry = next(spared, None)
            if entry is not None:
                planted += _plant(layout, site, trap, entry)
    for name, content in layout.sheet(entries).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    write_planted(root / TRAPS, planted)
    return planted


def read_planted(root: Path) -> list[Planted]:
    """Reads the `traps.csv` of a synthetic data set."""
    with open(root / TRAPS, encoding="utf-8", newline="") as file:
        return [
            Planted(**{**row, "row": int(row["row"]) if row["row"] else None})
            for row in csv.DictReader(file)
        ]


def _outside(layout: NativeLayout, entries: Sequence[Entry]) -> list[Planted]:
    return [
        Planted(
            "not among the classes",
            "skip",
            layout.others,
            entry.subject,
            entry.clip,
            _row(layout, index),
            "",
        )
        for index, entry in enumerate(entries)
        if layout.others and entry.emotion == "others"
    ]


def _plant(layout: NativeLayout, site: Site, trap: Trap, entry: Entry) -> list[Planted]:
    return [
        Planted(
            trap.name,
            trap.finding,
            trap.rule,
            concern.subject,
            concern.clip,
            concern.entry and _row(layout, site.entries.index(concern.entry)),
            str(concern.file.relative_to(site.root)) if concern.file else "",
        )
        for concern in trap.plant(site, entry)
    ]


def _row(layout: NativeLayout, index: int) -> int | None:
    return None if layout.first_row is None else layout.first_row + index


def _spared(entries: Sequence[Entry]):
    """Entries to spoil, so that every subject keeps clips of each of its classes."""
    class_of = words(DEFAULT, "casme2")

    def group(entry: Entry) -> tuple[str, str]:
        return entry.subject, class_of[entry.emotion]

    left = collections.Counter(group(entry) for entry in entries)
    free = [entry for entry in entries if class_of[entry.emotion]]
    while free:
        entry = max(free, key=lambda entry: left[group(entry)])
        if left[group(entry)] < 3:
            return
        free.remove(entry)
        left[group(entry)] -= 1
        yield entry


def write_planted(path: Path, planted: Sequence[Planted]) -> None:
    """Writes `traps.csv`."""
    text = io.StringIO()
    columns = [field.name for field in dataclasses.fields(Planted)]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(dataclasses.asdict(one) for one in planted)
    path.write_text(text.getvalue(), encoding="utf-8")
