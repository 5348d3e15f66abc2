"""Checks a data set: what is usable, what is not, and why."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from input_pipeline.checking.clip_frames import between, frame_findings, used_images
from input_pipeline.checking.composite import Composite, compare
from input_pipeline.checking.duplicates import equal_files
from input_pipeline.checking.finding import (
    KINDS,
    Finding,
    about,
    below,
    of_repair,
    of_skip,
)
from input_pipeline.checking.image_files import (
    deep_problem,
    empty_files,
    file_problem,
)
from input_pipeline.datasets.frames import list_frames
from input_pipeline.label_sets.label_set import LabelSet
from input_pipeline.records import Manifest, Sample

Progress = Callable[[int, int], None]

# A fold tests one subject with a model of the others; a classifier needs two classes.
_AT_LEAST = 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a check came to.

    Args:
        dataset: Short name of the data set.
        labels: The class set that it was checked for.
        samples: Clips whose onset and apex can be used.
        findings: All that was found, faults first, each kind in sheet order.
        frames: Frames in the folders of the clips that the loader accepts.
        decoded: Images that were decoded; 0 unless the check was deep.
        composite: How the clips compare to the MEGC2019 list, where it applies.
        reasons: Why the set is not usable; empty if it is.
    """

    dataset: str
    labels: LabelSet
    samples: tuple[Sample, ...]
    findings: tuple[Finding, ...]
    frames: int
    decoded: int
    composite: Composite | None
    reasons: tuple[str, ...]


def check(
    manifest: Manifest,
    dataset: str,
    root: Path,
    labels: LabelSet,
    *,
    deep: bool = False,
    progress: Progress = lambda done, total: None,
) -> CheckResult:
    """Looks at every clip and at the files it needs.

    Reads:
        Names and sizes of frames; of onset and apex images the ends, and the whole
        where two have one size. Images are decoded only with `deep`, and then all in
        the folders of the clips.

    Args:
        manifest: What the loader made of `root` for the class set `labels`.
        dataset: Short name of the data set.
        root: Its folder.
        labels: The class set.
        deep: Whether every frame is decoded.
        progress: Called with the number of clips done and of all clips.

    Returns:
        The result; the same folder gives the same result.
    """
    findings: list[Finding] = [of_skip(skip) for skip in manifest.skipped]
    findings += map(of_repair, manifest.repairs)
    looked: dict[Path, str] = {}
    listed: dict[Path, Mapping[int, Path]] = {}
    look = deep_problem if deep else file_problem
    samples = []
    for done, sample in enumerate(manifest.samples, start=1):
        frames = _frames(sample, listed)
        others = between(sample, frames)
        for path in (*used_images(sample), *(others if deep else empty_files(others))):
            if path not in looked:
                looked[path] = look(path)
        found = [*_unreadable(sample, others, looked, root)]
        found += frame_findings(sample, frames, root)
        row = manifest.rows.get(sample.key)
        findings += (dataclasses.replace(one, row=row) for one in found)
        if not any(one.kind == "fault" for one in found):
            samples.append(sample)
        progress(done, len(manifest.samples))
    if deep:
        findings += _elsewhere(listed, looked, root)
    findings += _duplicates(samples, manifest, root)
    findings.sort(key=lambda one: (KINDS.index(one.kind), one.row or 0))
    composite = compare(labels, dataset, samples, findings)
    return CheckResult(
        dataset=dataset,
        labels=labels,
        samples=tuple(samples),
        findings=tuple(findings),
        frames=sum(map(len, listed.values())),
        decoded=len(looked) if deep else 0,
        composite=composite,
        reasons=tuple(_reasons(labels, samples, composite)),
    )


def _frames(
    sample: Sample, listed: dict[Path, Mapping[int, Path]]
) -> Mapping[int, Path]:
    if sample.frames_dir is None:
        return {}
    if sample.frames_dir not in listed:
        listed[sample.frames_dir] = list_frames(sample.frames_dir).by_number
    return listed[sample.frames_dir]


def _unreadable(
    sample: Sample, others: Sequence[Path], looked: Mapping[Path, str], root: Path
) -> Iterator[Finding]:
    used = used_images(sample)
    for path in dict.fromkeys((*used, *others)):
        if problem := looked.get(path):
            kind = "fault" if path in used else "warning"
            yield about(sample, kind, "unreadable image", problem, path, root)


def _elsewhere(
    listed: Mapping[Path, Mapping[int, Path]], looked: dict[Path, str], root: Path
) -> Iterator[Finding]:
    """Decodes the frames that no clip reaches from onset to offset."""
    for frames in listed.values():
        for path in frames.values():
            if path not in looked:
                looked[path] = deep_problem(path)
                if looked[path]:
                    yield Finding(
                        kind="warning",
                        rule="unreadable image",
                        detail=looked[path],
                        file=below(path, root),
                    )


def _duplicates(
    samples: Sequence[Sample], manifest: Manifest, root: Path
) -> Iterator[Finding]:
    """Images of one clip, or of two, that have the same bytes."""
    users: dict[Path, list[Sample]] = defaultdict(list)
    for sample in samples:
        for path in used_images(sample):
            users[path].append(sample)
    for group in equal_files(users):
        first = users[group[0]][0]
        for path in group[1:]:
            for sample in users[path]:
                of = "onset" if sample is first else "/".join(first.key[1:])
                detail = f"same bytes as {group[0].name} of {of}"
                found = about(sample, "warning", "duplicate images", detail, path, root)
                row = manifest.rows.get(sample.key)
                yield dataclasses.replace(found, row=row)


def _reasons(
    labels: LabelSet, samples: Sequence[Sample], composite: Composite | None
) -> Iterator[str]:
    """Why no folds can be made of what is there."""
    if not samples:
        yield "no clip is usable"
        return
    if len({sample.subject for sample in samples}) < _AT_LEAST:
        yield f"all clips are of one subject, {samples[0].subject}"
    if len({sample.label for sample in samples}) < min(_AT_LEAST, len(labels.classes)):
        yield f"all clips are of one class, {samples[0].label}"
    if labels.members != "all" and composite is not None and composite.absent:
        yield (
            f"{len(composite.absent)} of the {composite.listed} clips of {labels.name} "
            "are missing"
        )
