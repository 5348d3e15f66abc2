"""Checks a data set of pictures: what is usable, what is not, and why."""

import collections
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

from input_pipeline.checking.duplicates import equal_files
from input_pipeline.checking.finding import KINDS, Finding, below, of_repair
from input_pipeline.checking.image_files import deep_problem, file_problem
from input_pipeline.checking.tally import Tally
from input_pipeline.findings import Skip
from input_pipeline.macro.photos import Photo, PhotoSet, Split
from input_pipeline.macro.picture_size import picture_size
from input_pipeline.macro.published import published_pictures
from input_pipeline.macro.squares import photo_problem

# By these a picture is left out though nothing is wrong with it.
_BY_PROTOCOL = (
    "label outside the protocol",
    "no class",
    "not labelled",
    "not a face",
    "no majority",
    "most votes unknown",
    "most votes for no face",
    "single votes only",
    "too many classes",
)
_AT_LEAST = 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class PhotoCheck:
    """What a check came to.

    Args:
        dataset: Short name of the data set.
        class_names: All classes, in label order.
        photos: Pictures that can be used.
        findings: All that was found, faults first.
        reasons: Why the set is not usable; empty if it is.
        files: Picture files that were looked at.
        decoded: Those that were decoded.
    """

    dataset: str
    class_names: tuple[str, ...]
    photos: tuple[Photo, ...]
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...]
    files: int
    decoded: int

    def subject_tallies(self) -> list[Tally]:
        """Pictures of everyone who is known."""
        counts = collections.Counter(photo.subject for photo in self.photos)
        return [Tally("subject", name, counts[name]) for name in sorted(counts) if name]

    def tallies(self) -> list[Tally]:
        """Pictures of each part and class, beside the published numbers."""
        counts = collections.Counter(
            (photo.split, self.class_names[photo.label]) for photo in self.photos
        )
        known = published_pictures(self.dataset)
        found = []
        for split in sorted({split for split, _ in counts}, key=get_args(Split).index):
            whole = sum(count for (part, _), count in counts.items() if part == split)
            said = known.get((split, ""))
            found.append(_tally("part", split or "all", whole, said))
            for name in self.class_names:
                said = known.get((split, name))
                label = f"{split} {name}".strip()
                found.append(_tally("class", label, counts[split, name], said))
        return found


def _tally(what: str, name: str, pictures: int, said: tuple[int, str] | None) -> Tally:
    if said is None:
        return Tally(what, name, pictures)
    return Tally(what, name, pictures, *said)


def check_photos(
    found: PhotoSet,
    dataset: str,
    root: Path,
    *,
    deep: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PhotoCheck:
    """Looks at every picture file that a loader would use.

    Reads:
        Of each file both ends and the size of the picture; the whole of those that
        have another's number of bytes. Decodes with `deep` alone.

    Args:
        found: What the loader made of `root`.
        dataset: Short name of the data set.
        root: Its folder.
        deep: Whether every picture is decoded.
        progress: Called with pictures done and all.

    Returns:
        The result; the same folder gives the same result.
    """
    findings = [_of_skip(skip) for skip in found.skipped]
    findings += map(of_repair, found.repairs)
    look = deep_problem if deep else file_problem
    usable = []
    for done, photo in enumerate(found.photos, start=1):
        problem = None if photo.pixels is not None else _problem(photo, look)
        if problem is None:
            usable.append(photo)
        else:
            rule, detail = problem
            findings.append(_about(photo, "fault", rule, detail, root))
        progress(done, len(found.photos))
    files = sum(photo.pixels is None for photo in found.photos)
    findings += _duplicates(usable, found.class_names, root)
    findings.sort(key=lambda one: (KINDS.index(one.kind), one.row or 0))
    return PhotoCheck(
        dataset=dataset,
        class_names=found.class_names,
        photos=tuple(usable),
        findings=tuple(findings),
        reasons=tuple(_reasons(usable, found.class_names)),
        files=files,
        decoded=files if deep else 0,
    )


def _of_skip(skip: Skip) -> Finding:
    return Finding(
        kind="protocol" if skip.rule in _BY_PROTOCOL else "fault",
        rule=skip.rule,
        subject=skip.subject,
        clip=skip.clip,
        row=skip.row,
        detail=skip.detail,
    )


def _about(photo: Photo, kind: str, rule: str, detail: str, root: Path) -> Finding:
    return Finding(
        kind="fault" if kind == "fault" else "warning",
        rule=rule,
        subject=photo.subject,
        clip=photo.name,
        row=photo.row,
        detail=detail,
        file=below(photo.path, root),
    )


def _problem(photo: Photo, look: Callable[[Path], str]) -> tuple[str, str] | None:
    problem = look(photo.path)
    if problem:
        return "unreadable image", problem
    size = picture_size(photo.path)
    return None if size is None else photo_problem(photo, *size)


def _duplicates(
    photos: list[Photo], class_names: tuple[str, ...], root: Path
) -> Iterator[Finding]:
    by_path = {photo.path: photo for photo in photos if photo.pixels is None}
    for group in equal_files(by_path):
        first = by_path[group[0]]
        for path in group[1:]:
            photo = by_path[path]
            rule, detail = "duplicate images", f"same bytes as {first.name}"
            if photo.split != first.split:
                rule = "the same picture in two parts"
                detail += f", which is in {first.split or 'no part'}"
            elif photo.label != first.label:
                rule = "the same picture with two labels"
                detail += f", which is {class_names[first.label]}"
            yield _about(photo, "warning", rule, detail, root)


def _reasons(photos: list[Photo], class_names: tuple[str, ...]) -> Iterator[str]:
    """Why no model can be trained and tested on what is there."""
    if not photos:
        yield "no picture is usable"
        return
    parts = {photo.split for photo in photos}
    for part in sorted(parts & {"train", ""}):
        present = {photo.label for photo in photos if photo.split == part}
        if len(present) < _AT_LEAST:
            yield f"all training pictures are of one class, {class_names[min(present)]}"
    if parts & {"train", "test"} in ({"train"}, {"test"}):
        yield f"the part {'test' if 'train' in parts else 'train'} is missing"
