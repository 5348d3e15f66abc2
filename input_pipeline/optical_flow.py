"""Motion maps from optical flow: u, v and optical strain.

Source:
    Farneback, SCIA 2003 and Kroeger et al. (DIS), ECCV 2016, as OpenCV implements them;
    Zach et al. (TV-L1), DAGM 2007, as scikit-image does. Optical strain: Shreve et al.,
    FG 2011. Subtracting the median of u and v and standardising each map: why, see
    `docs/reproduction.md`.
"""

import cv2
import numpy as np

from fgrmer_tf.config import Motion, MotionConfig

# Below these deviations of u, v [px] and strain a map is noise of the method, not
# motion, and is not blown up.
FLOORS = np.array([1e-2, 1e-2, 1e-3], np.float32)


def flow(onset: np.ndarray, apex: np.ndarray, method: Motion) -> np.ndarray:
    """Dense optical flow from `onset` to `apex`.

    Args:
        onset: uint8 grey `(height, width)`.
        apex: uint8 grey, same shape.
        method: Which implementation.

    Returns:
        float32 `(height, width, 2)`: u to the right, v down [px].
    """
    if method == "tvl1":
        # Slow to import, and slow: about a second a pair.
        from skimage.registration import optical_flow_tvl1

        first, second = (np.float32(frame) / 255 for frame in (onset, apex))
        v, u = optical_flow_tvl1(first, second, dtype=np.float32)
        return np.dstack([u, v])
    if method == "dis":
        engine = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        engine.setFinestScale(0)
        return engine.calc(onset, apex, np.zeros((*onset.shape, 2), np.float32))
    engine = cv2.FarnebackOpticalFlow_create(
        numLevels=3,
        pyrScale=0.5,
        winSize=15,
        numIters=5,
        polyN=7,
        polySigma=1.5,
        flags=cv2.OPTFLOW_FARNEBACK_GAUSSIAN,
    )
    return engine.calc(onset, apex, np.empty((*onset.shape, 2), np.float32))


def strain(field: np.ndarray) -> np.ndarray:
    """Optical strain magnitude of a flow field.

    `sqrt(exx^2 + eyy^2 + 2 exy^2)` with `e` the symmetric gradient of the flow.

    Args:
        field: float32 `(height, width, 2)` [px].

    Returns:
        float32 `(height, width)`, at least 0, unitless.
    """
    du_dy, du_dx = np.gradient(field[..., 0])
    dv_dy, dv_dx = np.gradient(field[..., 1])
    shear = 0.5 * (du_dy + dv_dx)
    return np.sqrt(du_dx**2 + dv_dy**2 + 2 * shear**2).astype(np.float32)


def flow_map(
    onset: np.ndarray, apex: np.ndarray, inside: np.ndarray, config: MotionConfig
) -> np.ndarray:
    """The map (u, v, strain) of two aligned faces, on half their resolution.

    Args:
        onset: uint8 RGB `(2 * map_size, 2 * map_size, 3)`.
        apex: uint8 RGB, same shape.
        inside: bool `(map_size, map_size)`, true on the face.
        config: Motion settings, with a flow method.

    Returns:
        float32 `(map_size, map_size, 3)`; u and v in px of the aligned face, or
        unitless when standardised. Below 0.1 on the face for two equal faces;
        Farneback invents motion at the border of the map.
    """
    first, second = (cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in (onset, apex))
    field = flow(first, second, config.method)
    return finished(np.dstack([field, strain(field)]), inside, config)


def finished(maps: np.ndarray, inside: np.ndarray, config: MotionConfig) -> np.ndarray:
    """Halves a raw (u, v, strain) map and makes it comparable.

    Args:
        maps: float32 `(2 * map_size, 2 * map_size, 3)`.
        inside: bool `(map_size, map_size)`, true on the face.
        config: Motion settings.

    Returns:
        float32 `(map_size, map_size, 3)`.
    """
    size = (config.map_size, config.map_size)
    maps = cv2.resize(maps, size, interpolation=cv2.INTER_AREA)
    return comparable(maps, inside, standardize=config.standardize)


def comparable(
    maps: np.ndarray, inside: np.ndarray, *, standardize: bool
) -> np.ndarray:
    """Takes out of a (u, v, strain) map what the whole face shares.

    The median of u and v over the face is subtracted: it is head motion.

    Args:
        maps: float32 `(height, width, 3)`; u and v in px of the aligned face.
        inside: bool `(height, width)`, true on the face.
        standardize: Whether each channel is divided by its standard deviation over the
            face.

    Returns:
        float32 `(height, width, 3)`.
    """
    middle = np.zeros(3, np.float32)
    middle[:2] = np.median(maps[inside][:, :2], axis=0)
    maps = maps - middle
    if standardize:
        maps /= np.maximum(maps[inside].std(axis=0), FLOORS)
    return maps
