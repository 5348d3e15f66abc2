"""From two frames to a clip's patches: landmarks, alignment, motion, patches."""

import dataclasses

import cv2
import numpy as np

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.align import (
    STABLE_LANDMARKS,
    face_transform,
    transform_points,
    warp_face,
)
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.optical_flow import motion_map
from input_pipeline.patches import sample_patches

_HEAD_MOTION_LIMIT = 2.0
"""Above this [px of the map] the later frame is aligned by its own landmarks.

Below it the onset's transform serves both frames: landmarks of two frames differ by a
few tenths of a pixel for no reason, which is as much as a micro-expression moves.
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClipFeatures:
    """What two frames gave.

    Args:
        patches: float32 `(landmarks, patch_h, patch_w, channels)`.
        motion_map: float32 `(map_size, map_size, channels)`.
        landmarks: float32 `(68, 2)` as (x, y) on the onset frame [px].
        apex_landmarks: float32 `(68, 2)` as (x, y) on the apex frame [px].
        transform: float64 `(2, 3)` from the onset frame to the motion map [px].
        head_motion: Shift of the stable points from onset to apex [px of the map].
        notes: What a person should know about these frames.
    """

    patches: np.ndarray
    motion_map: np.ndarray
    landmarks: np.ndarray
    apex_landmarks: np.ndarray
    transform: np.ndarray
    head_motion: float
    notes: tuple[str, ...]


class ClipExtractor:
    """Turns onset and apex into patches; one instance a process.

    Args:
        config: Motion settings.
    """

    def __init__(self, config: MotionConfig) -> None:
        self.config = config
        self._face_mesh = FaceMesh()

    def align(self, onset: np.ndarray) -> "AlignedOnset":
        """Finds the face of an onset frame, against which later frames are measured.

        Args:
            onset: uint8 RGB `(height, width, 3)`.

        Raises:
            NoFaceError: If the frame shows no face.
        """
        return AlignedOnset(onset, self._face_mesh, self.config)

    def extract(self, onset: np.ndarray, apex: np.ndarray) -> ClipFeatures:
        """Patches of the motion from `onset` to `apex`.

        Args:
            onset: uint8 RGB `(height, width, 3)`.
            apex: uint8 RGB, same shape.

        Raises:
            InputError: If the frames differ in size.
            NoFaceError: If either frame shows no face.
        """
        return self.align(onset).features(apex)


class AlignedOnset:
    """An onset frame with its face found; made by `ClipExtractor.align`."""

    def __init__(
        self, onset: np.ndarray, face_mesh: FaceMesh, config: MotionConfig
    ) -> None:
        self._config = config
        self._face_mesh = face_mesh
        self._onset = onset
        self._face = face_mesh.find(onset)
        # Flow is computed on twice the map's resolution and averaged down, so that
        # pixel centres 2i and 2i + 1 become i: x_map = (x_fine - 0.5) / 2.
        self._fine = face_transform(self._face.landmarks, 2 * config.map_size)
        self._transform = self._fine / 2 - np.array([[0, 0, 0.25]])
        self._points = transform_points(self._face.landmarks, self._transform)
        self._inside = _hull(self._points, config.map_size)
        self._aligned = warp_face(onset, self._fine, 2 * config.map_size)

    def features(self, frame: np.ndarray) -> ClipFeatures:
        """Patches of the motion from the onset to `frame`.

        Args:
            frame: uint8 RGB of the onset's size.

        Raises:
            InputError: If the frames differ in size.
            NoFaceError: If `frame` shows no face.
        """
        if frame.shape != self._onset.shape:
            (height, width), (other_h, other_w) = (
                self._onset.shape[:2],
                frame.shape[:2],
            )
            raise InputError(
                "The frames of a clip must have the same size. Received: "
                f"{width}x{height} and {other_w}x{other_h}."
            )
        size = 2 * self._config.map_size
        face = self._face_mesh.find(frame)
        stable = list(STABLE_LANDMARKS)
        arrived = transform_points(face.landmarks[stable], self._transform)
        moved = (arrived - self._points[stable]).mean(axis=0)
        head_motion = float(np.linalg.norm(moved))
        notes = list(dict.fromkeys((*self._face.notes, *face.notes)))
        transform = self._fine
        if head_motion > _HEAD_MOTION_LIMIT:
            transform = face_transform(face.landmarks, size)
            notes.append(
                f"the head moved by {head_motion / self._config.map_size:.0%} of the "
                "face between the frames; it was taken out by landmarks, which is "
                "less exact than a still head"
            )
        later = warp_face(frame, transform, size)
        maps = motion_map(self._aligned, later, self._inside, self._config)
        return ClipFeatures(
            patches=sample_patches(maps, self._points[list(PATCH_LANDMARKS)]),
            motion_map=maps,
            landmarks=self._face.landmarks,
            apex_landmarks=face.landmarks,
            transform=self._transform,
            head_motion=head_motion,
            notes=tuple(notes),
        )


def _hull(points: np.ndarray, size: int) -> np.ndarray:
    """True inside the convex hull of the landmarks."""
    mask = np.zeros((size, size), np.uint8)
    hull = cv2.convexHull(np.round(points).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, (1,))
    return mask.astype(bool)
