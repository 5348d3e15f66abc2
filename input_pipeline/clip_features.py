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


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClipFeatures:
    """What two frames gave.

    Args:
        patches: float32 `(landmarks, patch_h, patch_w, channels)`.
        motion_map: float32 `(map_size, map_size, channels)`.
        landmarks: float32 `(68, 2)` as (x, y) on the onset frame [px].
        transform: float64 `(2, 3)` from the onset frame to the motion map [px].
        head_motion: Shift of the stable points from onset to apex [px of the map];
            large values mean head motion that a similarity transform of the onset
            cannot take out.
        notes: What a person should know about these frames.
    """

    patches: np.ndarray
    motion_map: np.ndarray
    landmarks: np.ndarray
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

    def motion(self, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Motion map and patches of the motion from the onset to `frame`.

        Args:
            frame: uint8 RGB of the onset's size; that it shows a face is not checked.

        Returns:
            float32 `(map_size, map_size, channels)`, and float32
            `(landmarks, patch_h, patch_w, channels)`.

        Raises:
            InputError: If the frames differ in size.
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
        later = warp_face(frame, self._fine, 2 * self._config.map_size)
        maps = motion_map(self._aligned, later, self._inside, self._config)
        return maps, sample_patches(maps, self._points[list(PATCH_LANDMARKS)])

    def features(self, apex: np.ndarray) -> ClipFeatures:
        """Everything that `apex` gives, as `ClipExtractor.extract`."""
        maps, patches = self.motion(apex)
        face = self._face_mesh.find(apex)
        stable = list(STABLE_LANDMARKS)
        arrived = transform_points(face.landmarks[stable], self._transform)
        moved = (arrived - self._points[stable]).mean(axis=0)
        return ClipFeatures(
            patches=patches,
            motion_map=maps,
            landmarks=self._face.landmarks,
            transform=self._transform,
            head_motion=float(np.linalg.norm(moved)),
            notes=tuple(dict.fromkeys((*self._face.notes, *face.notes))),
        )


def _hull(points: np.ndarray, size: int) -> np.ndarray:
    """True inside the convex hull of the landmarks."""
    mask = np.zeros((size, size), np.uint8)
    hull = cv2.convexHull(np.round(points).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, (1,))
    return mask.astype(bool)
