"""Which data set a folder looks like, for someone who gave the wrong one."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from input_pipeline.datasets.frames import find_folder
from input_pipeline.datasets.layout import FrameFolders
from input_pipeline.datasets.sheet import is_sheet


@dataclasses.dataclass(frozen=True)
class Look:
    """What can be seen of a data set without opening a file.

    Args:
        name: Short name of the data set.
        sheets: Names of its annotation sheet.
        frames: Its frame folders.
    """

    name: str
    sheets: tuple[str, ...]
    frames: FrameFolders


def looks_like(root: Path, looks: Sequence[Look]) -> list[tuple[str, Path]]:
    """Data sets whose sheet is in `root`, in a folder of it, or in the one above.

    Without any sheet, frame folders of `root` that one data set alone has count.

    Returns:
        `(name, its root)`, nearest first.
    """
    below = [path for path in sorted(root.iterdir()) if path.is_dir()]
    above = root.absolute().parent
    for places in ([root], below, [above]):
        found = [
            (look.name, place)
            for place in places
            for look in looks
            if any(is_sheet(path, look.sheets) for path in _files(place))
        ]
        if found:
            return found
    names = [name for look in looks for name in _folders(look)]
    return [
        (look.name, root)
        for look in looks
        if any(
            names.count(name) == 1 and find_folder(root, *name.split("/")).is_dir()
            for name in _folders(look)
        )
    ]


def _folders(look: Look) -> list[str]:
    return [name.casefold() for name in look.frames.names("any") if name != "."]


def _files(place: Path) -> list[Path]:
    try:
        return sorted(place.iterdir())
    except PermissionError:
        return []
