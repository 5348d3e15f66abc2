"""SMIC-HS, from its native folder.

Source:
    Li et al., IEEE FG 2013; folder names as in the release (`docs/data.md`). There is
    no sheet, no apex and no action unit: the first and the last frame are onset and
    offset, and the middle frame is used as the apex, as in most papers.
"""

import re
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.datasets.clips import Clip, skip, to_manifest
from input_pipeline.datasets.frames import list_frames
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.findings import Repair, Skip
from input_pipeline.records import Manifest

_NAME = "smic"
_FPS = 100.0
_FRAME_FOLDERS = ("HS", "SMIC_all_raw/HS", "SMIC_all_cropped/HS", ".")
_SUBJECT = re.compile(r"s(\d+)", re.IGNORECASE)
_CLIP = re.compile(r"s(\d+)_(ne|po|sur?)_(\w+)", re.IGNORECASE)


def load(root: str | Path) -> Manifest:
    """Reads SMIC-HS.

    Reads:
        `root/HS/s1/micro/negative/s1_ne_01/image000012.jpg` (or below
        `SMIC_all_cropped`, or `root/s1`). Other parts, such as `non_micro`, are not
        read. Frames are listed, not decoded.

    Returns:
        Samples ordered by subject and folder, with MEGC2019 labels. Names have two
        digits, as `s01` and `s01_ne_01`, however the release spells them.
        The chosen apexes and the respelled subjects are in `repairs`.

    Raises:
        InputError: If `root` is not a folder, or holds no clip of SMIC-HS.
    """
    root = Path(root)
    if not root.is_dir():
        raise InputError(f"The root of {_NAME} must be a folder. Received: `{root}`.")
    for name in _FRAME_FOLDERS:
        subjects = {
            folder: f"s{int(match[1]):02d}"
            for folder in sorted((root / name).glob("*"))
            if (match := _SUBJECT.fullmatch(folder.name))
        }
        folders = sorted(
            (subject, clip.name, clip)
            for folder, subject in subjects.items()
            for clip in folder.glob("micro/*/*")
            if clip.is_dir()
        )
        if folders:
            clips = [_clip(subject, folder) for subject, _, folder in folders]
            return to_manifest(clips, _respelled(subjects))
    raise InputError(
        f"The root of {_NAME} must hold clips such as `HS/s1/micro/negative/s1_ne_01` "
        f"(`HS` or {', '.join(_FRAME_FOLDERS[1:])}). Found none in `{root}`."
    )


def _clip(subject: str, folder: Path) -> Clip | Skip:
    try:
        clip = _clip_name(subject, folder)
        numbers = list(list_frames(folder))
        if not numbers:
            raise UnusableError("missing frame", f"no frame in {folder}")
    except UnusableError as error:
        return skip(_NAME, subject, folder.name, error)
    middle = str(numbers[len(numbers) // 2])
    return Clip(
        dataset=_NAME,
        subject=subject,
        clip=clip,
        emotion=folder.parent.name,
        onset=str(numbers[0]),
        apex=middle,
        offset=str(numbers[-1]),
        au="",
        folder=folder,
        fps=_FPS,
        repairs=(
            Repair(
                dataset=_NAME,
                subject=subject,
                clip=clip,
                rule="apex set to the middle frame",
                old="",
                new=middle,
            ),
        ),
    )


def _clip_name(subject: str, folder: Path) -> str:
    match = _CLIP.fullmatch(folder.name)
    if match is None:
        raise UnusableError("unreadable clip name", folder.name)
    number, emotion, rest = match.groups()
    if f"s{int(number):02d}" != subject:
        raise UnusableError(
            "subject and clip name disagree", f"{folder.name} of {subject}"
        )
    if not folder.parent.name.lower().startswith(emotion.lower()):
        raise UnusableError(
            "label and clip name disagree", f"{folder.name} in {folder.parent.name}"
        )
    return f"{subject}_{emotion.lower()}_{rest}"


def _respelled(subjects: dict[Path, str]) -> list[Repair]:
    return [
        Repair(
            dataset=_NAME,
            subject=subject,
            clip="",
            rule="subject respelled",
            old=folder.name,
            new=subject,
        )
        for folder, subject in subjects.items()
        if folder.name != subject
    ]
