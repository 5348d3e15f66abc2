"""What is measured between two aligned faces: optical flow, or a magnified shape."""

import hashlib
from typing import Any, Protocol

import numpy as np

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import PATCH_LANDMARKS
from input_pipeline.align import transform_points
from input_pipeline.aligned_face import AlignedFace
from input_pipeline.optical_flow import flow_map


class Motion(Protocol):
    """Measures later faces against a first one."""

    def points(self, aligned: AlignedFace) -> np.ndarray:
        """Where the landmarks lie on the map: float64 `(68, 2)` as (x, y) [px]."""
        ...

    def start(self, face: np.ndarray, aligned: AlignedFace) -> Any:
        """What is kept of the first face, uint8 RGB of twice the map's sides."""
        ...

    def compare(self, started: Any, face: np.ndarray, aligned: AlignedFace) -> Any:
        """The map of a later face: float32 `(map_size, map_size, channels)`."""
        ...


class FlowMotion:
    """Optical flow: u, v, strain.

    Args:
        config: Motion settings, with a flow method.
    """

    def __init__(self, config: MotionConfig) -> None:
        self._config = config

    def points(self, aligned: AlignedFace) -> np.ndarray:
        return aligned.points

    def start(self, face: np.ndarray, aligned: AlignedFace) -> np.ndarray:
        return face

    def compare(
        self, started: np.ndarray, face: np.ndarray, aligned: AlignedFace
    ) -> np.ndarray:
        return flow_map(started, face, aligned.inside, self._config)


def _weights(config: MotionConfig) -> bytes:
    from input_pipeline.magnification.shape_path import SHIPPED, read_model

    return read_model(config.weights or SHIPPED)


def weights_digest(config: MotionConfig) -> str:
    """SHA-256 of the network's weights that `config` names; empty without a network.

    Raises:
        InputError: If there is no such file.
    """
    if config.method != "magnet":
        return ""
    return hashlib.sha256(_weights(config)).hexdigest()


class ShapeMotion:
    """The magnified shape representation of MagNet, one channel.

    Only the brow strip and the mouth box are computed; the map is 0 elsewhere.

    Args:
        config: Motion settings, with the factor.

    Raises:
        InputError: At construction, if there are no such weights.
    """

    def __init__(self, config: MotionConfig) -> None:
        from input_pipeline.magnification.shape_map import ShapeMapper

        self._config = config
        self._mapper = ShapeMapper(_weights(config), "mean")
        # Settings count motion as a whole: 1 leaves it as it is, in either form.
        self._factor = config.factor - 1 + self._mapper.traits.identity_factor

    def points(self, aligned: AlignedFace) -> np.ndarray:
        fine = transform_points(aligned.face.landmarks, aligned.fine)
        return self._mapper.traits.map_points(fine)

    def start(self, face: np.ndarray, aligned: AlignedFace) -> Any:
        from input_pipeline.magnification.regions import patch_regions

        size = self._config.map_size
        points = self.points(aligned)[list(PATCH_LANDMARKS)]
        plan = patch_regions(points, size, size, self._mapper.traits)
        return self._mapper.encode(face, plan)

    def compare(
        self, started: Any, face: np.ndarray, aligned: AlignedFace
    ) -> np.ndarray:
        later = self._mapper.encode(face, started.plan)
        return self._mapper.shape_map(started, later, self._factor)


def motion_of(config: MotionConfig) -> Motion:
    """The measure that `config` names; precomputed flow is measured by nobody."""
    return ShapeMotion(config) if config.method == "magnet" else FlowMotion(config)
