"""What MagNet says of the motion between two aligned faces, as a map."""

from collections.abc import Sequence

import numpy as np

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.align import transform_points
from input_pipeline.aligned_face import AlignedFace
from input_pipeline.magnification.displacement import (
    MARGIN,
    FirstFace,
    displacement,
    first_face,
)
from input_pipeline.magnification.regions import patch_regions, whole_map
from input_pipeline.magnification.shape_map import EncodedFace, ShapeMapper
from input_pipeline.optical_flow import comparable, strain


class MagnetMotion:
    """Measures later faces against a first one by a motion magnification network.

    With `config.magnet_map` of `displacement`, u, v and strain of the motion that takes
    the first face's shape to the magnified one, made comparable as optical flow is;
    else the magnified shape itself, one or several channels in [0, 1].

    Args:
        config: Motion settings.
        model: What `shape_export.to_litert` gave.

    Raises:
        InputError: At construction, if `model` is no shape path.
    """

    def __init__(self, config: MotionConfig, model: bytes) -> None:
        self._config = config
        self._mapper = ShapeMapper(model)

    def points(self, aligned: AlignedFace) -> np.ndarray:
        fine = transform_points(aligned.face.landmarks, aligned.fine)
        return self._mapper.traits.map_points(fine)

    def start(self, face: np.ndarray, aligned: AlignedFace) -> FirstFace | EncodedFace:
        size, traits = self._config.map_size, self._mapper.traits
        moving = self._config.magnet_map == "displacement"
        plan = whole_map(size, size)
        if self._config.magnet_area == "patches":
            points = self.points(aligned)[list(PATCH_LANDMARKS)]
            margin = MARGIN if moving else 0
            plan = patch_regions(points, size, size, traits, margin)
        if moving:
            return first_face(self._mapper, face, plan)
        return self._mapper.encode(face, plan)

    def compare(
        self,
        started: FirstFace | EncodedFace,
        face: np.ndarray,
        aligned: AlignedFace,
    ) -> np.ndarray:
        return self.compare_factors(started, face, aligned, [self._config.factor])[0]

    def compare_factors(
        self,
        started: FirstFace | EncodedFace,
        face: np.ndarray,
        aligned: AlignedFace,
        factors: Sequence[float],
    ) -> list[np.ndarray]:
        """As `compare`, at each of `factors`; the face is encoded once."""
        first = started.still if isinstance(started, FirstFace) else started
        later = self._mapper.encode(face, first.plan)
        # Settings count motion as a whole: 1 leaves it as it is, in either form.
        shift = self._mapper.traits.identity_factor - 1
        if isinstance(started, FirstFace):
            return [
                self._flow_map(started, later, factor + shift, aligned.inside)
                for factor in factors
            ]
        reduction = "projection" if self._config.magnet_map == "projection" else "mean"
        return [
            self._mapper.shape_map(started, later, factor + shift, reduction)
            for factor in factors
        ]

    def _flow_map(
        self, first: FirstFace, later: EncodedFace, factor: float, inside: np.ndarray
    ) -> np.ndarray:
        field = displacement(self._mapper, first, later, factor, inside)
        # A pixel of the map is two of the face.
        maps = np.dstack([field, strain(field / 2)])
        covered = first.still.plan.covered
        maps = comparable(maps, inside & covered, standardize=self._config.standardize)
        # Beyond the boxes nothing was measured, so the median is not to be seen there.
        return maps * covered[..., None]
