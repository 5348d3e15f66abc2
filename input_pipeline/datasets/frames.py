"""Frame folders: which files are frames, and the number of each."""

import re
from pathlib import Path

from input_pipeline.datasets.unusable import UnusableError

_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
# img46, reg_img046, 006_05562, EP01-01-12, image000012: the number ends the name.
_NUMBER = re.compile(r"(\d+)$")


def list_frames(folder: Path) -> dict[int, Path]:
    """Lists the frames of a clip by the number at the end of the file name.

    Nothing is decoded. Hidden files and files that are not images are left out.

    Returns:
        Frame number -> file, in the order of the numbers; padding does not matter.

    Raises:
        UnusableError: If the folder is missing, or two files have one number.
    """
    if not folder.is_dir():
        raise UnusableError("missing clip folder", str(folder))
    frames: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        match = _NUMBER.search(path.stem)
        hidden = path.name.startswith(".")
        if match is None or hidden or path.suffix.lower() not in _IMAGES:
            continue
        number = int(match[1])
        if number in frames:
            raise UnusableError(
                "frame number twice",
                f"{frames[number].name} and {path.name} in {folder}",
            )
        frames[number] = path
    return dict(sorted(frames.items()))


def find_folder(base: Path, *parts: str) -> Path:
    """`base/part/part/...`, where the case of a name on disk may differ.

    Returns:
        The folder; where there is none, the path as asked for.
    """
    folder = base
    for part in parts:
        asked = folder / part
        if not asked.is_dir() and folder.is_dir():
            names = sorted(path for path in folder.iterdir() if path.is_dir())
            same = [path for path in names if path.name.lower() == part.lower()]
            asked = same[0] if same else asked
        folder = asked
    return folder
