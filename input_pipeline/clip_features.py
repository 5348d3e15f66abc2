"""From two frames to a clip's patches: landmarks, alignment, motion, patches."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from fgrmer_tf.config import NO_VARIANTS, MotionConfig, VariantConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.aligned_face import align_face
from input_pipeline.aligned_onset import (
    AlignedOnset,
    ClipFeatures,
    require_one_size,
)
from input_pipeline.landmarks.face_mesh import FaceMesh
from input_pipeline.motion import motion_of
from input_pipeline.patches import sample_patches
from input_pipeline.precomputed_flow import precomputed_map
from input_pipeline.variants import check, jittered


class ClipExtractor:
    """Turns frames into patches; one instance a process.

    Args:
        config: Motion settings.
        variants: What is computed beside the evaluated patches, which stay as they are.

    Raises:
        InputError: At construction, if this motion cannot have such variants.
    """

    def __init__(
        self, config: MotionConfig, variants: VariantConfig = NO_VARIANTS
    ) -> None:
        check(variants, config)
        self.config = config
        self.variants = variants
        self._face_mesh = FaceMesh()
        self._motion = motion_of(config)

    def align(self, onset: np.ndarray) -> AlignedOnset:
        """Finds the face of an onset frame, against which later frames are measured.

        Args:
            onset: uint8 RGB `(height, width, 3)`.

        Raises:
            InputError: If brows or mouth are beyond the border.
            NoFaceError: If the frame shows no face.
        """
        return AlignedOnset(onset, self._face_mesh, self._motion, self.config.map_size)

    def extract(
        self,
        onset: np.ndarray,
        apex: np.ndarray,
        *,
        near: Sequence[np.ndarray | None] = (),
        name: str = "",
    ) -> ClipFeatures:
        """Patches of the motion from `onset` to `apex`, and their variants.

        A variant whose frame is not there or cannot be used repeats the patches and is
        noted, so that all clips have as many.

        Args:
            onset: uint8 RGB `(height, width, 3)`.
            apex: uint8 RGB, same shape.
            near: The frames that stand in for the apex, one for each of the variants'
                `apex_offsets`; `None` where there is none.
            name: Of the clip; see `variants.jittered`.

        Raises:
            InputError: If the frames differ in size, brows or mouth are beyond the
                border, or `near` has not one entry an offset.
            NoFaceError: If onset or apex shows no face.
        """
        offsets = self.variants.apex_offsets
        if len(near) != len(offsets):
            raise InputError(
                f"`near` must have one frame, or None, for each of the apex offsets "
                f"{offsets}. Received: {len(near)}."
            )
        aligned = self.align(onset)
        arrived = aligned.arrive(apex)
        clip = aligned.measure(arrived)
        patches, notes = [], list(clip.notes)
        if self.variants.factors:
            for maps in aligned.magnified(arrived, self.variants.factors):
                patches.append(sample_patches(maps, aligned.points))
        patches += self._jittered(clip.maps, aligned.points, name)
        for offset, frame in zip(offsets, near, strict=True):
            other, reason = clip, "no such frame"
            if frame is not None:
                try:
                    other = aligned.features(frame)
                except InputError as error:
                    reason = str(error)
            patches.append(other.patches)
            if other is clip:
                notes.append(
                    f"the variant {offset:+d} frames from the apex repeats the patches "
                    f"of the apex: {reason}"
                )
        variants = np.stack(patches) if patches else clip.variants
        return dataclasses.replace(clip, variants=variants, notes=tuple(notes))

    def extract_precomputed(
        self, apex: np.ndarray, flow_image: np.ndarray, *, name: str = ""
    ) -> ClipFeatures:
        """Patches of a flow image that lies on the apex frame, and their variants.

        Args:
            apex: uint8 RGB `(height, width, 3)`.
            flow_image: uint8 `(height, width, 3)`: u, v, strain.
            name: As in `extract`.

        Raises:
            InputError: If apex and flow image differ in size, or brows or mouth are
                beyond the border.
            NoFaceError: If the apex frame shows no face.
        """
        require_one_size(apex, flow_image)
        face = self._face_mesh.find(apex)
        aligned = align_face(face, apex, self.config.map_size)
        maps = precomputed_map(flow_image, aligned, self.config)
        points = aligned.points[list(PATCH_LANDMARKS)]
        patches = sample_patches(maps, points)
        moved = self._jittered(maps, points, name)
        return ClipFeatures(
            patches=patches,
            variants=np.stack(moved) if moved else patches[None][:0],
            maps=maps,
            landmarks=face.landmarks,
            apex_landmarks=face.landmarks,
            transform=aligned.transform,
            head_motion=None,
            notes=face.notes,
        )

    def _jittered(self, maps: np.ndarray, points: np.ndarray, name: str):
        moved = jittered(points, self.variants, name)
        return [sample_patches(maps, others) for others in moved]
