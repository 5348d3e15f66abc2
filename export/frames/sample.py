"""Clips that an export is tried with: textures that move as a face would.

They need no face, for their landmarks are known; and they are nobody's.
"""

import dataclasses
from typing import Any

import cv2
import numpy as np

from export.signature import APEX, APEX_LANDMARKS, LANDMARKS, ONSET
from fgrmer_tf.config import MotionConfig
from input_pipeline.aligned_onset import AlignedOnset
from input_pipeline.canonical_face import FACE_AT_REST
from input_pipeline.images import decode_image
from input_pipeline.landmarks.face_mesh import Face
from input_pipeline.motion import motion_of

_SIDE = 208
_FACE = 160
_CORNER = 23
_MOUTH_CORNER = 54
_SHIFTS = (0.7, 17.0)
"""How far a head moves [px]: a little, or so far that landmarks must help."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class SampleClip:
    """One clip as the signature `frames` takes it.

    Args:
        onset: Image file.
        apex: Image file.
        landmarks: float32 `(68, 2)` as (x, y) on the onset [px].
        apex_landmarks: The same on the apex.
    """

    onset: bytes
    apex: bytes
    landmarks: np.ndarray
    apex_landmarks: np.ndarray


def sample_clips(count: int) -> list[SampleClip]:
    """The same clips every time, all different."""
    return [_clip(number) for number in range(count)]


def _clip(number: int) -> SampleClip:
    random = np.random.default_rng(number)
    noise = random.normal(size=(_SIDE, _SIDE, 3)).astype(np.float32)
    texture = cv2.GaussianBlur(noise, (0, 0), 2.0)
    onset = np.clip(128 + 40 * texture / texture.std(), 0, 255).astype(np.uint8)
    landmarks = _CORNER + _FACE * FACE_AT_REST
    y, x = np.indices((_SIDE, _SIDE), np.float32)
    off_x, off_y = landmarks[_MOUTH_CORNER].astype(np.float32)
    near = np.exp(-((x - off_x) ** 2 + (y - off_y) ** 2) / (2 * 9.0**2))
    pulled = cv2.remap(onset, x - 1.5 * near, y + 0.8 * near, cv2.INTER_CUBIC)
    shift = _SHIFTS[number % len(_SHIFTS)]
    head = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), shift / 10, 1)
    head[:, 2] += shift * random.uniform(0.2, 0.8, 2)
    border = cv2.BORDER_REPLICATE
    apex = cv2.warpAffine(pulled, head, (_SIDE, _SIDE), borderMode=border)
    extension = (".jpg", ".png")[number % 2]
    return SampleClip(
        onset=cv2.imencode(extension, onset)[1].tobytes(),
        apex=cv2.imencode(extension, apex)[1].tobytes(),
        landmarks=landmarks.astype(np.float32),
        apex_landmarks=(landmarks @ head[:, :2].T + head[:, 2]).astype(np.float32),
    )


def as_inputs(clips: list[SampleClip]) -> dict[str, Any]:
    """Inputs of the signature `frames`: lists of files, arrays of landmarks."""
    return {
        ONSET: [clip.onset for clip in clips],
        APEX: [clip.apex for clip in clips],
        LANDMARKS: np.stack([clip.landmarks for clip in clips]),
        APEX_LANDMARKS: np.stack([clip.apex_landmarks for clip in clips]),
    }


class _KnownFaces:
    """Stands in for `FaceMesh` where landmarks are known: onset, then apex."""

    def __init__(self, clip: SampleClip) -> None:
        self._landmarks = [clip.landmarks, clip.apex_landmarks]

    def find(self, image: np.ndarray) -> Face:
        return Face(
            mesh=np.zeros((0, 3), np.float32),
            landmarks=self._landmarks.pop(0),
            score=1.0,
            presence=1.0,
            faces_found=1,
            notes=(),
        )


def pipeline_patches(clips: list[SampleClip], config: MotionConfig) -> np.ndarray:
    """What the pipeline makes of clips.

    Args:
        clips: At least one.
        config: Motion settings.

    Returns:
        float32 `(clips, landmarks, patch_h, patch_w, channels)`.
    """
    motion = motion_of(config)
    patches = []
    for clip in clips:
        onset, apex = (decode_image(file, "sample") for file in (clip.onset, clip.apex))
        aligned = AlignedOnset(onset, _KnownFaces(clip), motion, config.map_size)
        patches.append(aligned.features(apex).patches)
    return np.stack(patches)
