"""One annotated clip to a sample: the checks that every data set shares."""

import dataclasses
import functools
from collections.abc import Callable, Iterable
from pathlib import Path

from input_pipeline.au_annotation import read_aus
from input_pipeline.datasets.frame_numbers import (
    count_from_first,
    frame_number,
    moments,
)
from input_pipeline.datasets.frames import Frames, list_frames
from input_pipeline.datasets.names import MissingApex
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.file_names import show
from input_pipeline.findings import Repair, Skip
from input_pipeline.label_sets.annotation import Annotation, LeftOut
from input_pipeline.label_sets.label_set import LabelSet
from input_pipeline.records import Manifest, Sample, keep_unique


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clip:
    """What a data set says of one clip, as written there.

    Args:
        dataset: As in `Sample`, like `subject` and `clip`.
        subject: See above.
        clip: See above.
        emotion: Native emotion; empty where there is none.
        objective: Native objective class; empty where there is none.
        onset: Number of the onset frame.
        apex: Number of the apex frame; `None` in a data set without apexes.
        offset: Number of the offset frame.
        first: Number, in the sheet's count, of the first frame in the folder; empty
            where file names have the sheet's numbers.
        au: Action units; empty where they are not annotated.
        folder: Where the frames should be.
        fps: Frame rate [Hz].
        row: Row of the sheet, as in `Skip`.
        repairs: `(rule, old, new)` of what was changed or chosen so far.
    """

    dataset: str
    subject: str
    clip: str
    emotion: str
    objective: str = ""
    onset: str
    apex: str | None
    offset: str
    first: str = ""
    au: str
    folder: Path
    fps: float
    row: int | None = None
    repairs: tuple[tuple[str, str, str], ...] = ()


def to_sample(
    clip: Clip,
    labels: LabelSet,
    missing_apex: MissingApex = "leave-out",
    frames_of: Callable[[Path], Frames] = list_frames,
) -> tuple[Sample, tuple[Repair, ...]]:
    """Checks label, frame numbers and frames on disk, in that order.

    Action units that cannot be read do not cost the clip: it counts as not annotated.

    Reads:
        Names in `clip.folder`; no frame is decoded.

    Args:
        clip: As the data set writes it.
        labels: Decides the class.
        missing_apex: What becomes of the clip if its apex is not annotated.
        frames_of: Lists a folder.

    Returns:
        The sample, and what was repaired for it.

    Raises:
        UnusableError: With the first rule that is broken.
    """
    repairs = list(clip.repairs)
    units, about_units = _units(clip.au)
    repairs += about_units
    label = labels.label(
        Annotation(
            dataset=clip.dataset,
            subject=clip.subject,
            clip=clip.clip,
            emotion=clip.emotion,
            au=units,
            objective=clip.objective,
        )
    )
    if isinstance(label, LeftOut):
        raise UnusableError(label.rule, label.detail)
    if label.note:
        repairs.append((label.note, clip.objective or clip.emotion, label.name))
    annotated = clip.apex
    if missing_apex == "middle" and frame_number(annotated or "") is None:
        annotated = None
    onset, apex, offset = moments(clip.onset, annotated, clip.offset)
    if annotated is None:
        repairs.append(("apex set to the middle frame", clip.apex or "", str(apex)))
    frames = frames_of(clip.folder)
    found = frames.by_number
    late = count_from_first(clip.first, onset, found)
    if late:
        repairs.append(
            ("frame numbers counted from FirstF", str(onset), str(onset - late))
        )
        onset, apex, offset = onset - late, apex - late, offset - late
    for moment, number in (("onset", onset), ("apex", apex)):
        if number not in found:
            raise UnusableError(
                "missing frame", f"{moment} frame {number} in {show(clip.folder)}"
            )
    repairs += [
        ("file name not readable", name, "file left out") for name in frames.unreadable
    ]
    sample = Sample(
        dataset=clip.dataset,
        subject=clip.subject,
        clip=clip.clip,
        label=label.name,
        onset_path=found[onset],
        apex_path=found[apex],
        offset_path=found.get(offset),
        frames_dir=clip.folder,
        onset=onset,
        apex=apex,
        offset=offset,
        fps=clip.fps,
        au=units,
    )
    return sample, tuple(
        Repair(
            dataset=clip.dataset,
            subject=clip.subject,
            clip=clip.clip,
            rule=rule,
            old=old,
            new=new,
            row=clip.row,
        )
        for rule, old, new in repairs
    )


def to_manifest(
    clips: Iterable[Clip | Skip],
    repairs: Iterable[Repair],
    labels: LabelSet,
    missing_apex: MissingApex = "leave-out",
) -> Manifest:
    """Turns clips into samples; those that cannot be used become skips.

    Args:
        clips: In the order of the data set; one that is unusable already is a `Skip`.
        repairs: Of whole subjects. Those of a clip count only if it is used.
        labels: Decides the classes.
        missing_apex: What becomes of a clip whose apex is not annotated.

    Returns:
        Samples and skips in the order of `clips`, then skips of repeated keys.
    """
    samples, rows, skipped, chosen = [], [], [], {}
    # Several clips may be parts of one recording, thousands of frames in one folder.
    frames_of = functools.cache(list_frames)
    for clip in clips:
        if isinstance(clip, Skip):
            skipped.append(clip)
            continue
        try:
            sample, repairs_of_clip = to_sample(clip, labels, missing_apex, frames_of)
        except UnusableError as error:
            skipped.append(skip(clip.dataset, clip.subject, clip.clip, error, clip.row))
        else:
            samples.append(sample)
            rows.append(clip.row)
            chosen.setdefault(sample.key, repairs_of_clip)
    unique = keep_unique(samples, rows)
    of_clips = [one for sample in unique.samples for one in chosen[sample.key]]
    return Manifest(
        samples=unique.samples,
        skipped=(*skipped, *unique.skipped),
        repairs=(*repairs, *of_clips),
        rows=unique.rows,
    )


def skip(
    dataset: str, subject: str, clip: str, error: UnusableError, row: int | None = None
) -> Skip:
    """The record of a clip left out by `error`."""
    return Skip(
        dataset=dataset,
        subject=subject,
        clip=clip,
        rule=error.rule,
        detail=error.detail,
        row=row,
    )


def _units(cell: str) -> tuple[tuple[int, ...] | None, list[tuple[str, str, str]]]:
    try:
        reading = read_aus(cell)
    except ValueError:
        return None, [("action units not read", cell, "not annotated")]
    repairs = [(reading.repair, cell, reading.new)] if reading.repair else []
    return reading.units, repairs
