"""What the frames of one usable clip look like on disk."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from input_pipeline.checking.duplicates import equal_neighbours
from input_pipeline.checking.finding import Finding, about
from input_pipeline.records import Sample

LONGEST_SECONDS = 1.0
"""A longer clip is reported. A micro-expression lasts at most half a second by its
usual definition; twice that more likely means a wrong onset or offset."""

_SHOWN = 5


def used_images(sample: Sample) -> tuple[Path, ...]:
    """The images that features are computed from."""
    if sample.flow_path is not None:
        return (sample.flow_path, sample.apex_path)
    return (sample.onset_path, sample.apex_path)


def between(sample: Sample, frames: Mapping[int, Path]) -> list[Path]:
    """The frames from onset to offset; all where those are not known."""
    if sample.onset is None or sample.offset is None:
        return list(frames.values())
    span = range(sample.onset, sample.offset + 1)
    return [frames[number] for number in span if number in frames]


def frame_findings(
    sample: Sample, frames: Mapping[int, Path], root: Path
) -> Iterator[Finding]:
    """What onset and offset promise and the folder does not hold.

    Reads:
        Sizes of the frames from onset to offset, and the bytes of neighbours of one
        size. Nothing is decoded.

    Args:
        sample: The clip; without onset and offset numbers nothing is found.
        frames: Frame number -> file, of its folder.
        root: Folder that names of files are relative to.

    Yields:
        Warnings: none of them costs the clip, which needs onset and apex alone.
    """
    if sample.onset is None or sample.offset is None:
        return
    span = range(sample.onset, sample.offset + 1)
    missing = [number for number in span if number not in frames]
    folder = sample.frames_dir or sample.onset_path.parent
    if sample.offset in missing:
        detail = f"offset {sample.offset}, the folder ends at {max(frames)}"
        yield about(sample, "warning", "offset not on disk", detail, folder, root)
    elif missing:
        detail = _listed(missing)
        yield about(sample, "warning", "frames missing on disk", detail, folder, root)
    seconds = len(span) / sample.fps if sample.fps else 0.0
    if seconds > LONGEST_SECONDS:
        detail = f"{len(span)} frames, {seconds:.1f} s"
        yield about(
            sample, "warning", "long for a micro-expression", detail, folder, root
        )
    there = between(sample, frames)
    repeated = equal_neighbours(there)
    if repeated:
        detail = f"{len(repeated)} of {len(there)} frames repeat the one before"
        first = repeated[0]
        yield about(sample, "warning", "duplicate images", detail, first, root)


def _listed(missing: list[int]) -> str:
    shown = ", ".join(map(str, missing[:_SHOWN]))
    more = ", ..." if len(missing) > _SHOWN else ""
    return f"{len(missing)} between onset and offset: {shown}{more}"
