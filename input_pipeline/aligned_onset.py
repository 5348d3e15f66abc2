"""What two frames give: later frames measured against an onset whose face is found."""

import dataclasses
from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.align import (
    STABLE_LANDMARKS,
    compose,
    face_transform,
    inverse,
    transform_points,
    warp_face,
)
from input_pipeline.aligned_face import TO_MAP, align_face, require_seen
from input_pipeline.head_motion import rigid_motion
from input_pipeline.landmarks.face_mesh import Face
from input_pipeline.motion import Motion
from input_pipeline.patches import sample_patches

MAP_SIDE = 32
"""Side of the small map that stands beside the patches [px]."""

LARGE = 2.0
"""Above this [px of the map] the later frame is first aligned by its own landmarks.

Landmarks of two frames differ by a few tenths of a pixel for no reason, so they serve
to come near; what is left is found in the images themselves.
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClipFeatures:
    """What two frames gave.

    Args:
        patches: float32 `(landmarks, patch_h, patch_w, channels)`.
        variants: float32 `(variants, landmarks, patch_h, patch_w, channels)`, in the
            order of `variants.describe`.
        maps: float32 `(map_size, map_size, channels)`, that the patches came from.
        landmarks: float32 `(68, 2)` as (x, y) on the onset frame [px].
        apex_landmarks: float32 `(68, 2)` as (x, y) on the apex frame [px].
        transform: float64 `(2, 3)` from the onset frame to the motion map [px].
        head_motion: Root mean square shift of the stable points by the motion of the
            head from onset to apex, which was taken out [px of the map]; `None` where
            only the apex was seen.
        notes: What a person should know about these frames.
    """

    patches: np.ndarray
    variants: np.ndarray
    maps: np.ndarray
    landmarks: np.ndarray
    apex_landmarks: np.ndarray
    transform: np.ndarray
    head_motion: float | None
    notes: tuple[str, ...]

    @property
    def motion_map(self) -> np.ndarray:
        """The map made small: float32 `(MAP_SIDE, MAP_SIDE, channels)`."""
        return small_map(self.maps)


def small_map(maps: np.ndarray) -> np.ndarray:
    """Averages a map down to `MAP_SIDE` by area.

    Args:
        maps: float32 `(height, width, channels)`.

    Returns:
        float32 `(MAP_SIDE, MAP_SIDE, channels)`.
    """
    size = (MAP_SIDE, MAP_SIDE)
    small = cv2.resize(maps, size, interpolation=cv2.INTER_AREA)
    # OpenCV drops the axis of a single channel.
    return small.reshape(*size, maps.shape[-1])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arrived:
    """A later frame, aligned to the onset; made by `AlignedOnset.arrive`.

    Args:
        face: As found on the frame.
        image: uint8 RGB of twice the map's sides: the face in its canonical place.
        head_motion: As in `ClipFeatures` [px of the map].
        notes: What a person should know about this frame and the onset.
    """

    face: Face
    image: np.ndarray
    head_motion: float
    notes: tuple[str, ...]


class FaceFinder(Protocol):
    """Finds the face of an image: `FaceMesh`, or whoever knows where it is."""

    def find(self, image: np.ndarray) -> Face: ...


class AlignedOnset:
    """An onset frame with its face found; made by `ClipExtractor.align`."""

    def __init__(
        self, onset: np.ndarray, face_mesh: FaceFinder, motion: Motion, map_size: int
    ) -> None:
        self._map_size = map_size
        self._face_mesh = face_mesh
        self._motion = motion
        self._onset = onset
        self._aligned = align_face(face_mesh.find(onset), onset, map_size)
        face = warp_face(onset, self._aligned.fine, 2 * map_size)
        self._started = motion.start(face, self._aligned)
        self._grey = _grey(face, map_size)
        self.points = motion.points(self._aligned)[list(PATCH_LANDMARKS)]

    def arrive(self, frame: np.ndarray) -> Arrived:
        """Finds the face of a later frame and takes the motion of the head out.

        Args:
            frame: uint8 RGB of the onset's size.

        Raises:
            InputError: If the frames differ in size, or brows or mouth are beyond the
                border.
            NoFaceError: If `frame` shows no face.
        """
        require_one_size(self._onset, frame)
        aligned, map_size = self._aligned, self._map_size
        face = self._face_mesh.find(frame)
        require_seen(face, frame, aligned.transform)
        stable = list(STABLE_LANDMARKS)
        arrived = transform_points(face.landmarks[stable], aligned.transform)
        transform = aligned.fine
        if _rms(arrived - aligned.points[stable]) > LARGE:
            transform = face_transform(face.landmarks, 2 * map_size)
        image = warp_face(frame, transform, 2 * map_size)
        left = rigid_motion(self._grey, _grey(image, map_size), aligned.inside)
        back = compose(inverse(TO_MAP), compose(inverse(left), TO_MAP))
        transform = compose(back, transform)
        # From where the onset has them to where the head took them, both on the map.
        moved = compose(aligned.transform, inverse(compose(TO_MAP, transform)))
        points = aligned.points[stable]
        head_motion = _rms(transform_points(points, moved) - points)
        notes = list(dict.fromkeys((*aligned.face.notes, *face.notes)))
        if head_motion > LARGE:
            notes.append(
                f"the head moved by {head_motion / map_size:.0%} of the face between "
                "the frames; it was taken out, which is less exact than a still head"
            )
        return Arrived(
            face=face,
            image=warp_face(frame, transform, 2 * map_size),
            head_motion=head_motion,
            notes=tuple(notes),
        )

    def measure(self, arrived: Arrived) -> ClipFeatures:
        """Patches of the motion from the onset to an aligned later frame."""
        maps = self._motion.compare(self._started, arrived.image, self._aligned)
        patches = sample_patches(maps, self.points)
        return ClipFeatures(
            patches=patches,
            variants=patches[None][:0],
            maps=maps,
            landmarks=self._aligned.face.landmarks,
            apex_landmarks=arrived.face.landmarks,
            transform=self._aligned.transform,
            head_motion=arrived.head_motion,
            notes=arrived.notes,
        )

    def features(self, frame: np.ndarray) -> ClipFeatures:
        """Patches of the motion from the onset to `frame`; raises as `arrive`."""
        return self.measure(self.arrive(frame))

    def magnified(self, arrived: Arrived, factors: Sequence[float]) -> list[np.ndarray]:
        """The map of an aligned later frame at each of `factors`, for `magnet`."""
        return self._motion.compare_factors(
            self._started, arrived.image, self._aligned, factors
        )


def _grey(image: np.ndarray, side: int) -> np.ndarray:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)


def _rms(shifts: np.ndarray) -> float:
    return float(np.sqrt((shifts**2).sum(axis=-1).mean()))


def require_one_size(first: np.ndarray, second: np.ndarray) -> None:
    """Refuses two frames of a clip whose sizes differ.

    Raises:
        InputError: If they do.
    """
    if first.shape != second.shape:
        (height, width), (other_h, other_w) = first.shape[:2], second.shape[:2]
        raise InputError(
            "The frames of a clip must have the same size. Received: "
            f"{width}x{height} and {other_w}x{other_h}."
        )
