"""A frame's face in its canonical place: transform, landmarks, outline on the map."""

import dataclasses

import cv2
import numpy as np

from input_pipeline.align import face_transform, transform_points
from input_pipeline.landmarks.face_mesh import Face


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class AlignedFace:
    """Where a face is, and where it goes.

    Motion is measured on a face of twice the map's resolution and averaged down, so
    that pixel centres `2i` and `2i + 1` become `i`: `x_map = (x_fine - 0.5) / 2`.

    Args:
        face: As found on the frame.
        fine: float64 `(2, 3)` from the frame to the face of `2 * map_size` px.
        transform: float64 `(2, 3)` from the frame to the map of `map_size` px.
        points: float64 `(68, 2)`, landmarks as (x, y) [px of the map].
        inside: bool `(map_size, map_size)`, true in the hull of the landmarks.
    """

    face: Face
    fine: np.ndarray
    transform: np.ndarray
    points: np.ndarray
    inside: np.ndarray


def align_face(face: Face, map_size: int) -> AlignedFace:
    """Aligns a face by its own landmarks.

    Args:
        face: As found on the frame.
        map_size: Side of the motion map [px].
    """
    fine = face_transform(face.landmarks, 2 * map_size)
    transform = fine / 2 - np.array([[0, 0, 0.25]])
    points = transform_points(face.landmarks, transform)
    mask = np.zeros((map_size, map_size), np.uint8)
    hull = cv2.convexHull(np.round(points).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, (1,))
    return AlignedFace(
        face=face,
        fine=fine,
        transform=transform,
        points=points,
        inside=mask.astype(bool),
    )
