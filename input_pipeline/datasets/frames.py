"""Frame folders: which files are frames, and the number of each."""

import dataclasses
import os
import re
from pathlib import Path

from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.file_names import readable, same, show

_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
# img46, reg_img046, 006_05562, EP01-01-12, image000012: the number ends the name.
_NUMBER = re.compile(r"(\d+)$")


@dataclasses.dataclass(frozen=True)
class Frames:
    """The frames of a folder.

    Args:
        by_number: Frame number -> file, in the order of the numbers.
        unreadable: Names of images that are no text in any known encoding.
    """

    by_number: dict[int, Path]
    unreadable: tuple[str, ...] = ()


def list_frames(folder: Path) -> Frames:
    """Lists the frames of a clip by the number at the end of the file name.

    Nothing is decoded. Hidden files and files that are not images are left out.

    Raises:
        UnusableError: If the folder is missing, or two files have one number.
    """
    if not folder.is_dir():
        raise UnusableError("missing clip folder", show(folder))
    names: dict[int, str] = {}
    unreadable = []
    for name in sorted(os.listdir(folder)):
        stem, suffix = os.path.splitext(name)
        match = _NUMBER.search(stem)
        if match is None or name.startswith(".") or suffix.lower() not in _IMAGES:
            continue
        if not readable(name):
            unreadable.append(show(name))
            continue
        number = int(match[1])
        if number in names:
            raise UnusableError(
                "frame number twice",
                f"{show(names[number])} and {show(name)} in {show(folder)}",
            )
        names[number] = name
    by_number = {number: folder / names[number] for number in sorted(names)}
    return Frames(by_number, tuple(unreadable))


def find_folder(base: Path, *parts: str) -> Path:
    """`base/part/part/...`, where the spelling of a name on disk may differ.

    Case, full-width characters and the encoding that the name went through do not
    matter, see `file_names`.

    Returns:
        The folder; where there is none, the path as asked for.
    """
    folder = base
    for part in parts:
        asked = folder / part
        if not asked.is_dir() and folder.is_dir():
            alike = [
                name
                for name in sorted(os.listdir(folder))
                if same(name, part) and (folder / name).is_dir()
            ]
            asked = folder / alike[0] if alike else asked
        folder = asked
    return folder
