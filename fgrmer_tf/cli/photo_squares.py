"""Pictures and folders of them as squares, and why some are none."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from fgrmer_tf.errors import InputError


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class PhotoSquare:
    """One picture.

    Args:
        path: Its file.
        square: uint8 `(side, side, 3)`, or `None` where the model cannot be asked.
        note: Why not; else empty.
    """

    path: Path
    square: np.ndarray | None
    note: str = ""


def photo_paths(given: Sequence[Path]) -> list[Path]:
    """Files as given, and those below given folders, by name.

    Raises:
        InputError: If a path is not there, or a folder holds no picture.
    """
    from input_pipeline.macro.photos import pictures

    found: list[Path] = []
    for path in given:
        if path.is_file():
            found.append(path)
            continue
        folders = [path, *(p for p in sorted(path.rglob("*")) if p.is_dir())]
        below = [
            one for folder in folders if folder.is_dir() for one in pictures(folder)
        ]
        if not below:
            raise InputError(
                "A picture, or a folder that holds some, must be there. Received: "
                f"`{path}`. Check the path."
            )
        found += below
    return found


def photo_squares(
    paths: Sequence[Path], side: int, alignment: str
) -> Iterator[PhotoSquare]:
    """Cuts pictures as they were for training, one after the other.

    A picture that cannot be read, is too small or too long, or in which no face is
    found though the model wants faces, has no square.

    Args:
        paths: From `photo_paths`.
        side: Of a square [px].
        alignment: `face` or `none`.

    Raises:
        InputError: If faces are to be found and the landmark models were not fetched.
    """
    from input_pipeline.images import read_image
    from input_pipeline.landmarks.face_mesh import FaceMesh
    from input_pipeline.macro.squares import size_problem, square

    mesh = FaceMesh() if alignment == "face" else None
    for path in paths:
        try:
            image = read_image(path)
        except InputError:
            yield PhotoSquare(path=path, square=None, note="unreadable image")
            continue
        problem = size_problem(image.shape[1], image.shape[0])
        if problem:
            yield PhotoSquare(path=path, square=None, note=": ".join(problem))
            continue
        cut, found = square(image, side, mesh)
        if found:
            yield PhotoSquare(path=path, square=cut)
        else:
            yield PhotoSquare(path=path, square=None, note="no face")
