"""SMIC's basic release as it comes: folders say everything, there is no sheet."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from input_pipeline.label_sets.label_set import DEFAULT, words
from input_pipeline.synthetic.native.entries import (
    Concern,
    Entry,
    NativeLayout,
    Site,
    Trap,
)
from input_pipeline.synthetic.native.names import Kind
from input_pipeline.synthetic.native.pictures import Picture
from input_pipeline.synthetic.native.traps import (
    EMPTY_FILE,
    FRAME_TWICE,
    FROZEN,
    GAP,
    TRUNCATED_FILE,
    of,
)
from input_pipeline.synthetic.rendering import RenderedClip
from input_pipeline.synthetic.shots import Shot, shoot

SHORT = {"positive": "po", "negative": "ne", "surprise": "sur"}
"""Class -> its letters in a clip's name."""
FIRST = 1000
"""Frame of the recording at which the plans' numbers start."""


def named(clips: Sequence[RenderedClip]):
    """Clips of a class with the class and the number that names them."""
    class_of = words(DEFAULT, "casme2")
    counts: dict[tuple[int, str], int] = {}
    for clip in clips:
        label = class_of[clip.plan.emotion]
        if label:
            key = (clip.plan.subject, label)
            counts[key] = counts.get(key, 0) + 1
            yield clip, label, counts[key]


def _basic_entries(camera: str, fps: float) -> Callable:
    def entries(clips: Sequence[RenderedClip], kind: Kind) -> list[Entry]:
        base = {"raw": camera, "cropped": f"SMIC_all_cropped/{camera}"}[kind]
        prefix = {"raw": "image", "cropped": "reg_image"}[kind]
        made = []
        for clip, label, count in named(clips):
            number = clip.plan.subject
            # Half of the subjects are written with two digits.
            native = f"s{number}" if number % 2 else f"s{number:02d}"
            name = f"{native}_{SHORT[label]}_{count:02d}"
            whole = shoot(clip, fps, FIRST + clip.plan.first)
            made.append(
                Entry(
                    shot=_from_onset_to_offset(whole),
                    subject=f"s{number:02d}",
                    clip=f"s{number:02d}_{SHORT[label]}_{count:02d}",
                    folder=PurePosixPath(base, native, "micro", label, name),
                    stem=f"{prefix}{{:06d}}".format,
                )
            )
        return made

    return entries


def _from_onset_to_offset(shot: Shot) -> Shot:
    frames = {
        number: frame
        for number, frame in shot.frames.items()
        if shot.onset <= number <= shot.offset
    }
    return Shot(shot.clip, frames, shot.onset, shot.apex, shot.offset)


def _wrong_class(site: Site, entry: Entry) -> list[Concern]:
    label = entry.folder.parent.name
    other = "surprise" if label == "negative" else "negative"
    _move(site, entry, entry.folder.parents[1] / other / entry.folder.name)
    return of(entry, site.folder(entry))


def _wrong_subject(site: Site, entry: Entry) -> list[Concern]:
    name = f"s99{entry.folder.name[entry.folder.name.index('_') :]}"
    return _renamed(site, entry, name)


def _no_number(site: Site, entry: Entry) -> list[Concern]:
    return _renamed(site, entry, "micro 1")


def _renamed(site: Site, entry: Entry, name: str) -> list[Concern]:
    _move(site, entry, entry.folder.with_name(name))
    entry.clip = name
    return of(entry, site.folder(entry))


def _move(site: Site, entry: Entry, folder: PurePosixPath) -> None:
    (site.root / folder).parent.mkdir(parents=True, exist_ok=True)
    site.folder(entry).rename(site.root / folder)
    entry.folder = folder


def _both_spellings(site: Site, entry: Entry) -> list[Concern]:
    """The clip is there again, under the other spelling of its subject."""
    native = entry.folder.parts[-4]
    short = f"s{int(entry.subject[1:])}"
    other = entry.subject if native == short else short
    name = entry.folder.name.replace(native, other, 1)
    again = entry.folder.parents[3] / other / "micro" / entry.folder.parent.name / name
    shutil.copytree(site.folder(entry), site.root / again)
    return [*of(entry), *of(entry, site.root / again)]


def _empty_folder(site: Site, entry: Entry) -> list[Concern]:
    folder = site.folder(entry)
    for file in folder.iterdir():
        file.unlink()
    return of(entry, folder)


def _basic(dataset: str, camera: str, fps: float) -> NativeLayout:
    return NativeLayout(
        dataset=dataset,
        entries=_basic_entries(camera, fps),
        sheet=lambda entries: {},
        first_row=None,
        cropped=Picture(suffix=".bmp", cropped=True),
        others="",
        traps=(
            Trap(
                name="class and clip name disagree",
                finding="skip",
                rule="label and clip name disagree",
                plant=_wrong_class,
            ),
            Trap(
                name="subject and clip name disagree",
                finding="skip",
                rule="subject and clip name disagree",
                plant=_wrong_subject,
            ),
            Trap(
                name="unreadable clip name",
                finding="skip",
                rule="unreadable clip name",
                plant=_no_number,
            ),
            Trap(
                name="clip under both spellings of its subject",
                finding="skip",
                rule="duplicate clip",
                plant=_both_spellings,
            ),
            Trap(
                name="empty clip folder",
                finding="skip",
                rule="missing frame",
                plant=_empty_folder,
            ),
            FRAME_TWICE,
            GAP,
            FROZEN,
            EMPTY_FILE,
            TRUNCATED_FILE,
        ),
    )


HS = _basic("smic", "HS", 100.0)
VIS = _basic("smic-vis", "VIS", 25.0)
NIR = _basic("smic-nir", "NIR", 25.0)
