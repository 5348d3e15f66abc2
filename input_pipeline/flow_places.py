"""Where the landmarks lie on published flow images, which show no face."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.align import similarity, transform_points
from input_pipeline.canonical_face import FACE_AT_REST
from input_pipeline.flow_layouts import FlowImage
from input_pipeline.images import read_image
from input_pipeline.landmarks.face_mesh import FaceMesh, NoFaceError

# Eyes, tip of the nose and corners of the mouth as (x, y) in units of the image's side.
# Source: the places that HTNet's code takes on its 28 px images where it finds no face.
_FIVE_POINTS = np.array(
    [[9.53, 11.06], [21.40, 10.92], [15.38, 17.38], [10.26, 22.12], [20.58, 22.26]]
)
_FIVE_POINTS_SIDE = 28


def _average_places() -> np.ndarray:
    """float64 `(68, 2)`, (x, y) in units of the image's side."""
    eyes = [FACE_AT_REST[[36, 39]].mean(axis=0), FACE_AT_REST[[42, 45]].mean(axis=0)]
    anchors = np.stack([*eyes, *FACE_AT_REST[[30, 48, 54]]])
    transform = similarity(anchors, _FIVE_POINTS / _FIVE_POINTS_SIDE)
    return transform_points(FACE_AT_REST, transform)


def _plain(name: str) -> str:
    """A name without the blanks and leading zeros in which copies differ."""
    return re.sub(r"0+(?=\d)", "", name.strip().lower())


def places_on(
    images: Sequence[FlowImage], faces: str | Path | None
) -> tuple[np.ndarray, list[str]]:
    """Where the landmarks lie on flow images.

    Args:
        images: The flow images.
        faces: Folder of pictures of the same faces, or `None`.

    Returns:
        float64 `(clips, 68, 2)` as (x, y) in units of the image's side, and a note for
        each clip that takes the places of an average face although `faces` is given.

    Raises:
        InputError: If `faces` is not a folder.
    """
    places = np.stack([_average_places()] * len(images))
    if faces is None:
        return places, []
    if not Path(faces).is_dir():
        raise InputError(f"--faces names a folder of pictures. Received: `{faces}`.")
    pictures = {_plain(path.stem): path for path in sorted(Path(faces).iterdir())}
    face_mesh, notes = FaceMesh(), []
    for row, image in enumerate(images):
        path = pictures.get(_plain(image.path.stem))
        reason = "no picture"
        if path is not None:
            try:
                picture = read_image(path)
                points = face_mesh.find(picture).landmarks
            except NoFaceError:
                reason = "no face in its picture"
            except InputError as error:
                reason = str(error)
            else:
                places[row] = (points + 0.5) / picture.shape[1::-1]
                continue
        notes.append(f"{image.path.name}: {reason}; places of an average face are used")
    return places, notes
