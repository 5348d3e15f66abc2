"""One annotated clip to a sample: the checks that every data set shares."""

import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path

from input_pipeline.au_annotation import parse_aus
from input_pipeline.datasets.frames import list_frames
from input_pipeline.datasets.megc2019 import LABELS
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.findings import Repair, Skip
from input_pipeline.records import Manifest, Sample, keep_unique

# A number column with an empty cell comes out of some CSV writers as 46.0.
_NUMBER = re.compile(r"(\d+)(?:\.0+)?")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clip:
    """What a data set says of one clip, as written there.

    Args:
        dataset: As in `Sample`, like `subject` and `clip`.
        subject: See above.
        clip: See above.
        emotion: Native emotion.
        onset: Number of the onset frame.
        apex: Number of the apex frame.
        offset: Number of the offset frame.
        au: Action units; empty where they are not annotated.
        folder: Where the frames should be.
        fps: Frame rate [Hz].
        repairs: What was changed or chosen so far.
    """

    dataset: str
    subject: str
    clip: str
    emotion: str
    onset: str
    apex: str
    offset: str
    au: str
    folder: Path
    fps: float
    repairs: tuple[Repair, ...] = ()


def class_of(dataset: str, emotion: str) -> str:
    """The class of a native emotion; case and outer spaces do not matter.

    Raises:
        UnusableError: If the emotion is unknown or outside the protocol.
    """
    emotion = emotion.strip().lower()
    if emotion not in LABELS[dataset]:
        raise UnusableError("unknown label", f"the emotion is {emotion!r}")
    label = LABELS[dataset][emotion]
    if label is None:
        raise UnusableError("label outside the protocol", f"{emotion!r} is dropped")
    return label


def to_sample(clip: Clip) -> tuple[Sample, tuple[Repair, ...]]:
    """Checks label, frame numbers and frames on disk, in that order.

    Action units that cannot be read, such as `4 or 7`, do not cost the clip: it counts
    as not annotated.

    Reads:
        Names in `clip.folder`; no frame is decoded.

    Returns:
        The sample, and what was repaired for it.

    Raises:
        UnusableError: With the first rule that is broken.
    """
    label = class_of(clip.dataset, clip.emotion)
    onset, apex, offset = _numbers(clip)
    frames = list_frames(clip.folder)
    for moment, number in (("onset", onset), ("apex", apex)):
        if number not in frames:
            raise UnusableError(
                "missing frame", f"{moment} frame {number} in {clip.folder}"
            )
    repairs = clip.repairs
    try:
        units = parse_aus(clip.au)
    except ValueError:
        units = None
        repairs = (
            *repairs,
            Repair(
                dataset=clip.dataset,
                subject=clip.subject,
                clip=clip.clip,
                rule="action units not read",
                old=clip.au,
                new="not annotated",
            ),
        )
    sample = Sample(
        dataset=clip.dataset,
        subject=clip.subject,
        clip=clip.clip,
        label=label,
        onset_path=frames[onset],
        apex_path=frames[apex],
        offset_path=frames.get(offset),
        frames_dir=clip.folder,
        onset=onset,
        apex=apex,
        offset=offset,
        fps=clip.fps,
        au=units,
    )
    return sample, repairs


def to_manifest(clips: Iterable[Clip | Skip], repairs: Iterable[Repair]) -> Manifest:
    """Turns clips into samples; those that cannot be used become skips.

    Args:
        clips: In the order of the data set; one that is unusable already is a `Skip`.
        repairs: Of whole subjects. Those of a clip count only if it is used.

    Returns:
        Samples and skips in the order of `clips`, then skips of repeated keys.
    """
    samples, skipped, chosen = [], [], {}
    for clip in clips:
        if isinstance(clip, Skip):
            skipped.append(clip)
            continue
        try:
            sample, repairs_of_clip = to_sample(clip)
        except UnusableError as error:
            skipped.append(skip(clip.dataset, clip.subject, clip.clip, error))
        else:
            samples.append(sample)
            chosen[sample.key] = repairs_of_clip
    unique = keep_unique(samples)
    of_clips = [one for sample in unique.samples for one in chosen[sample.key]]
    return Manifest(
        samples=unique.samples,
        skipped=(*skipped, *unique.skipped),
        repairs=(*repairs, *of_clips),
    )


def skip(dataset: str, subject: str, clip: str, error: UnusableError) -> Skip:
    """The record of a clip left out by `error`."""
    return Skip(
        dataset=dataset,
        subject=subject,
        clip=clip,
        rule=error.rule,
        detail=error.detail,
    )


def _numbers(clip: Clip) -> tuple[int, int, int]:
    numbers = []
    for moment in ("onset", "apex", "offset"):
        cell = getattr(clip, moment)
        match = _NUMBER.fullmatch(cell)
        if match is None:
            raise UnusableError(f"no {moment} annotated", f"the cell is {cell!r}")
        numbers.append(int(match[1]))
    onset, apex, offset = numbers
    detail = f"onset {onset}, apex {apex}, offset {offset}"
    if apex < onset:
        raise UnusableError("apex before onset", detail)
    if apex > offset:
        raise UnusableError("apex after offset", detail)
    if apex == onset:
        raise UnusableError(
            "apex is the onset", f"{detail}: there is no motion to measure"
        )
    return onset, apex, offset
