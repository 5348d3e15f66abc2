"""What is measured between two aligned faces: optical flow, or magnified motion."""

import hashlib
from typing import Any, Protocol

import numpy as np

from fgrmer_tf.config import MotionConfig
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


def motion_of(config: MotionConfig) -> Motion:
    """The measure that `config` names; precomputed flow is measured by nobody.

    Raises:
        InputError: If the weights that `config` names are not there or no shape path.
    """
    if config.method != "magnet":
        return FlowMotion(config)
    # The interpreter takes a moment to load, and flow has no use for it.
    from input_pipeline.magnification.shape_motion import MagnetMotion

    return MagnetMotion(config, _weights(config))
