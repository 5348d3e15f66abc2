"""SMIC, from its native folders: the high-speed, visual and near-infrared parts.

The basic release has no sheet: `HS/s1/micro/negative/s1_ne_01/image000012.jpg` (or
below `SMIC_all_raw` or `SMIC_all_cropped`). Other parts of it, such as `non_micro`, are
not read. The first and the last frame are onset and offset. The long release has
`SMIC-HS-E_annotation.xlsx` and `SMIC-HS-E/s01/s1_ne_01/image000012.jpg`, with frames
before and after the motion. Neither has action units, and only some copies of the sheet
have an apex: else the middle frame is used as the apex, as in most papers. Names have
two digits, as `s01` and `s01_ne_01`, however the release spells them.

Source:
    Li et al., IEEE FG 2013; folder names as in the release (`docs/data.md`).
"""

import dataclasses
import re
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.datasets.clips import Clip, skip, to_manifest
from input_pipeline.datasets.frames import find_folder, list_frames
from input_pipeline.datasets.layout import (
    DEFAULT_LABELS,
    FrameFolders,
    Layout,
)
from input_pipeline.datasets.names import FrameKind, MissingApex
from input_pipeline.datasets.sheet import Columns, NotHereError, is_sheet
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.file_names import show
from input_pipeline.findings import Repair, Skip
from input_pipeline.label_sets.label_set import LabelSet
from input_pipeline.records import Manifest

_SUBJECT = re.compile(r"s(\d+)", re.IGNORECASE)
_CLIP = re.compile(r"s(\d+)_(ne|po|sur?)_(\w+)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Part:
    """One camera of SMIC.

    Args:
        name: Short name of the data set.
        camera: As in folder names.
        fps: Frame rate [Hz].
    """

    name: str
    camera: str
    fps: float

    @property
    def frames(self) -> FrameFolders:
        """Frame folders of the basic release."""
        return FrameFolders(
            raw=(self.camera, f"SMIC_all_raw/{self.camera}", "."),
            cropped=(f"SMIC_all_cropped/{self.camera}",),
        )

    @property
    def long(self) -> Layout:
        """The long release."""
        stem = f"SMIC-{self.camera}-E"
        return Layout(
            name=self.name,
            fps=self.fps,
            sheets=(f"{stem}_annotation*", f"{stem.replace('-', '_')}_annotation*"),
            columns=Columns(
                required={
                    "subject": "Subject",
                    "filename": "Filename",
                    "onset": "OnsetF",
                    "offset": "OffsetF",
                    "emotion": "Emotion",
                },
                optional={"first": "FirstF", "apex": "ApexF"},
            ),
            frames=FrameFolders(raw=(f"{stem}/{self.camera}", stem, self.camera, ".")),
            subject=r"s?(\d+)",
            subject_format="s{:02d}",
            clip=lambda subject, row: _clip_name(subject, row["filename"])[0],
            folders=lambda subject, row: (
                (subject, row["filename"]),
                (f"s{int(subject[1:])}", row["filename"]),
                (f"s{int(subject[1:])}", "micro", row["emotion"], row["filename"]),
            ),
        )

    def load(
        self,
        root: str | Path,
        labels: LabelSet = DEFAULT_LABELS,
        frames: FrameKind = "any",
        missing_apex: MissingApex = "leave-out",
    ) -> Manifest:
        """Reads this part of SMIC: the sheet where there is one, else the folders.

        Args:
            root: Folder of the data set.
            labels: Decides the classes.
            frames: Which frames are read.
            missing_apex: What becomes of a clip whose apex is not annotated, where the
                sheet has apexes.

        Returns:
            Samples ordered as the sheet, or by subject and folder. The chosen apexes
            and the respelled subjects are in `repairs`.

        Raises:
            InputError: If `root` is not a folder, or holds no clip of this part.
        """
        root = Path(root)
        if not root.is_dir():
            raise InputError(
                f"The root of {self.name} must be a folder. Received: `{root}`."
            )
        if any(is_sheet(path, self.long.sheets) for path in root.iterdir()):
            return self.long.load(root, labels, frames, missing_apex)
        for name in self.frames.names(frames):
            subjects = _subjects(find_folder(root, *name.split("/")))
            folders = sorted(
                (subject, clip.name, clip)
                for folder, subject in subjects.items()
                for clip in folder.glob("micro/*/*")
                if clip.is_dir()
            )
            if folders:
                clips = [self._clip(subject, folder) for subject, _, folder in folders]
                return to_manifest(clips, _respelled(self.name, subjects), labels)
        raise NotHereError(
            f"The root of {self.name} must hold clips such as "
            f"`{self.camera}/s1/micro/negative/s1_ne_01` "
            f"({', '.join(self.frames.names(frames))}), or the sheet "
            f"`{self.long.sheets[0]}`. Found none in `{root}`."
        )

    def _clip(self, subject: str, folder: Path) -> Clip | Skip:
        clip = show(folder.name)
        try:
            clip, emotion = _clip_name(subject, folder.name)
            if not folder.parent.name.lower().startswith(emotion):
                raise UnusableError(
                    "label and clip name disagree",
                    f"{folder.name} in {folder.parent.name}",
                )
            numbers = list(list_frames(folder).by_number)
            if not numbers:
                raise UnusableError("missing frame", f"no frame in {show(folder)}")
        except UnusableError as error:
            return skip(self.name, subject, clip, error)
        middle = str(numbers[len(numbers) // 2])
        return Clip(
            dataset=self.name,
            subject=subject,
            clip=clip,
            emotion=folder.parent.name,
            onset=str(numbers[0]),
            apex=middle,
            offset=str(numbers[-1]),
            au="",
            folder=folder,
            fps=self.fps,
            repairs=(("apex set to the middle frame", "", middle),),
        )


HS = Part("smic", "HS", 100.0)
VIS = Part("smic-vis", "VIS", 25.0)
NIR = Part("smic-nir", "NIR", 25.0)

load = HS.load


def _subjects(base: Path) -> dict[Path, str]:
    return {
        folder: f"s{int(match[1]):02d}"
        for folder in sorted(base.glob("*"))
        if (match := _SUBJECT.fullmatch(folder.name))
    }


def _clip_name(subject: str, name: str) -> tuple[str, str]:
    """The name with two digits, and its letters for the emotion."""
    match = _CLIP.fullmatch(name)
    if match is None:
        raise UnusableError("unreadable clip name", show(name))
    number, emotion, rest = match.groups()
    if f"s{int(number):02d}" != subject:
        raise UnusableError("subject and clip name disagree", f"{name} of {subject}")
    return f"{subject}_{emotion.lower()}_{rest}", emotion.lower()


def _respelled(dataset: str, subjects: dict[Path, str]) -> list[Repair]:
    return [
        Repair(
            dataset=dataset,
            subject=subject,
            clip="",
            rule="subject respelled",
            old=folder.name,
            new=subject,
        )
        for folder, subject in subjects.items()
        if folder.name != subject
    ]
