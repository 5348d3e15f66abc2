"""From two frames to a clip's patches: landmarks, alignment, motion, patches."""

import dataclasses

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
from input_pipeline.aligned_face import align_face
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.motion import Motion, motion_of
from input_pipeline.patches import sample_patches
from input_pipeline.precomputed_flow import precomputed_map

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
        head_motion: Shift of the stable points from onset to apex [px of the map];
            `None` where only the apex was seen.
        notes: What a person should know about these frames.
    """

    patches: np.ndarray
    motion_map: np.ndarray
    landmarks: np.ndarray
    apex_landmarks: np.ndarray
    transform: np.ndarray
    head_motion: float | None
    notes: tuple[str, ...]


class ClipExtractor:
    """Turns frames into patches; one instance a process.

    Args:
        config: Motion settings.
    """

    def __init__(self, config: MotionConfig) -> None:
        self.config = config
        self._face_mesh = FaceMesh()
        self._motion = motion_of(config)

    def align(self, onset: np.ndarray) -> "AlignedOnset":
        """Finds the face of an onset frame, against which later frames are measured.

        Args:
            onset: uint8 RGB `(height, width, 3)`.

        Raises:
            NoFaceError: If the frame shows no face.
        """
        return AlignedOnset(onset, self._face_mesh, self._motion, self.config.map_size)

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

    def extract_precomputed(
        self, apex: np.ndarray, flow_image: np.ndarray
    ) -> ClipFeatures:
        """Patches of a flow image that lies on the apex frame.

        Args:
            apex: uint8 RGB `(height, width, 3)`.
            flow_image: uint8 `(height, width, 3)`: u, v, strain.

        Raises:
            InputError: If apex and flow image differ in size.
            NoFaceError: If the apex frame shows no face.
        """
        _require_one_size(apex, flow_image)
        face = self._face_mesh.find(apex)
        aligned = align_face(face, self.config.map_size)
        maps = precomputed_map(flow_image, aligned, self.config)
        return ClipFeatures(
            patches=sample_patches(maps, aligned.points[list(PATCH_LANDMARKS)]),
            motion_map=maps,
            landmarks=face.landmarks,
            apex_landmarks=face.landmarks,
            transform=aligned.transform,
            head_motion=None,
            notes=face.notes,
        )


class AlignedOnset:
    """An onset frame with its face found; made by `ClipExtractor.align`."""

    def __init__(
        self, onset: np.ndarray, face_mesh: FaceMesh, motion: Motion, map_size: int
    ) -> None:
        self._map_size = map_size
        self._face_mesh = face_mesh
        self._motion = motion
        self._onset = onset
        self._aligned = align_face(face_mesh.find(onset), map_size)
        face = warp_face(onset, self._aligned.fine, 2 * map_size)
        self._started = motion.start(face, self._aligned)

    def features(self, frame: np.ndarray) -> ClipFeatures:
        """Patches of the motion from the onset to `frame`.

        Args:
            frame: uint8 RGB of the onset's size.

        Raises:
            InputError: If the frames differ in size.
            NoFaceError: If `frame` shows no face.
        """
        _require_one_size(self._onset, frame)
        aligned, map_size = self._aligned, self._map_size
        face = self._face_mesh.find(frame)
        stable = list(STABLE_LANDMARKS)
        arrived = transform_points(face.landmarks[stable], aligned.transform)
        moved = (arrived - aligned.points[stable]).mean(axis=0)
        head_motion = float(np.linalg.norm(moved))
        notes = list(dict.fromkeys((*aligned.face.notes, *face.notes)))
        transform = aligned.fine
        if head_motion > _HEAD_MOTION_LIMIT:
            transform = face_transform(face.landmarks, 2 * map_size)
            notes.append(
                f"the head moved by {head_motion / map_size:.0%} of the face between "
                "the frames; it was taken out by landmarks, which is less exact than "
                "a still head"
            )
        later = warp_face(frame, transform, 2 * map_size)
        maps = self._motion.compare(self._started, later, aligned)
        points = self._motion.points(aligned)[list(PATCH_LANDMARKS)]
        return ClipFeatures(
            patches=sample_patches(maps, points),
            motion_map=maps,
            landmarks=aligned.face.landmarks,
            apex_landmarks=face.landmarks,
            transform=aligned.transform,
            head_motion=head_motion,
            notes=tuple(notes),
        )


def _require_one_size(first: np.ndarray, second: np.ndarray) -> None:
    if first.shape != second.shape:
        (height, width), (other_h, other_w) = first.shape[:2], second.shape[:2]
        raise InputError(
            "The frames of a clip must have the same size. Received: "
            f"{width}x{height} and {other_w}x{other_h}."
        )
