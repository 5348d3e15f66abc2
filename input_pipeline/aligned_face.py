"""A frame's face in its canonical place: transform, landmarks, outline on the map."""

import dataclasses

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import NUM_PATCHES, PATCH_LANDMARKS, PATCH_SIZE
from input_pipeline.align import compose, face_transform, transform_points
from input_pipeline.landmarks.face_mesh import Face

TO_MAP = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25]])
"""From the fine face to the map.

Motion is measured on a face of twice the map's resolution and averaged down, so that
pixel centres `2i` and `2i + 1` become `i`.
"""

_ANGLES = np.arange(16) * np.pi / 16
AXES = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
"""float64 `(2, axes)`: directions in which a face is bounded. The hull's own corners
would do no better, and take an algorithm that no graph has."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class AlignedFace:
    """Where a face is, and where it goes.

    Args:
        face: As found on the frame.
        fine: float64 `(2, 3)` from the frame to the face of `2 * map_size` px.
        transform: float64 `(2, 3)` from the frame to the map of `map_size` px.
        points: float64 `(68, 2)`, landmarks as (x, y) [px of the map].
        inside: bool `(map_size, map_size)`, from `outlined`.
    """

    face: Face
    fine: np.ndarray
    transform: np.ndarray
    points: np.ndarray
    inside: np.ndarray


def align_face(face: Face, frame: np.ndarray, map_size: int) -> AlignedFace:
    """Aligns a face by its own landmarks.

    Args:
        face: As found on the frame.
        frame: The image, `(height, width, ...)`.
        map_size: Side of the motion map [px].

    Raises:
        InputError: As `require_seen`.
    """
    fine = face_transform(face.landmarks, 2 * map_size)
    transform = compose(TO_MAP, fine)
    require_seen(face, frame, transform)
    points = transform_points(face.landmarks, transform)
    return AlignedFace(
        face=face,
        fine=fine,
        transform=transform,
        points=points,
        inside=outlined(points, map_size),
    )


def outlined(points: np.ndarray, size: int) -> np.ndarray:
    """The pixels that in no direction lie beyond all points: their convex hull, nearly.

    Args:
        points: float `(landmarks, 2)` as (x, y) [px].
        size: Side of the map [px].

    Returns:
        bool `(size, size)`.
    """
    x, y = AXES
    along = points @ AXES
    rows, columns = np.indices((size, size, 1))[:2]
    pixels = columns * x + rows * y
    return ((along.min(axis=0) <= pixels) & (pixels <= along.max(axis=0))).all(axis=-1)


def require_seen(face: Face, frame: np.ndarray, transform: np.ndarray) -> None:
    """Refuses a face of which brows or mouth are not in the image.

    A landmark may be beyond the border by half a patch, of which the image then still
    has a part; the edge is repeated into the rest.

    Args:
        face: As found on the frame.
        frame: The image, `(height, width, ...)`.
        transform: float `(2, 3)` from the frame to the motion map.

    Raises:
        InputError: If such a landmark is further out.
    """
    points = face.landmarks[list(PATCH_LANDMARKS)]
    last = np.array(frame.shape[1::-1]) - 1
    beyond = np.maximum(-points, points - last).max(axis=1)
    beyond = beyond * np.sqrt(np.linalg.det(transform[:, :2]))
    unseen = int((beyond > PATCH_SIZE // 2).sum())
    if unseen:
        height, width = frame.shape[:2]
        raise InputError(
            "Brows and mouth must be in the image. Received: a face cut by the border "
            f"of {width}x{height} px, with {unseen} of {NUM_PATCHES} such landmarks "
            "outside. Use a frame, or a wider crop, that shows the whole face."
        )
