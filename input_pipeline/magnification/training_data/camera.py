"""What a camera does to a frame: noise, compression and 256 levels."""

import dataclasses
from typing import Any

import cv2
import numpy as np

from input_pipeline.magnification.training_data.settings import Spoiling


@dataclasses.dataclass(frozen=True, kw_only=True)
class Camera:
    """One camera's faults, the same for all frames of a sample.

    Args:
        shot: Standard deviation of the shot noise at mid grey [of 255].
        read: Standard deviation of the noise that does not depend on light [of 255].
        jpeg_quality: 1 to 100, or `None` for no compression.
    """

    shot: float = 0.0
    read: float = 0.0
    jpeg_quality: int | None = None

    def record(self, light: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A frame as it is stored.

        Shot noise is Gaussian with a variance in proportion to light, which at the
        thousands of photons meant here a Poisson law cannot be told from.

        Args:
            light: float32 `(height, width, 3)`, RGB in [0, 1].
            rng: Source of the noise.

        Returns:
            uint8 of the same shape.
        """
        levels = light * 255
        if self.shot or self.read:
            variance = light * (2 * self.shot**2) + self.read**2
            grain = rng.standard_normal(light.shape, dtype=np.float32)
            levels = levels + grain * np.sqrt(variance)
        frame = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
        if self.jpeg_quality is None:
            return frame
        quality = [cv2.IMWRITE_JPEG_QUALITY, self.jpeg_quality]
        # OpenCV takes BGR; its luma weights make the order matter.
        _, data = cv2.imencode(".jpg", frame[..., ::-1], quality)
        decoded: Any = cv2.imdecode(data, cv2.IMREAD_COLOR)
        return np.ascontiguousarray(decoded[..., ::-1])


def draw_camera(rng: np.random.Generator, spoiling: Spoiling) -> Camera:
    """A camera with faults up to those of `spoiling`."""
    quality = int(rng.integers(60, 96)) if rng.random() < spoiling.compressed else None
    if rng.random() < spoiling.clean:
        return Camera(jpeg_quality=quality)
    shot, read = rng.uniform(0, 1, 2) * (spoiling.shot, spoiling.read)
    return Camera(shot=float(shot), read=float(read), jpeg_quality=quality)


def draw_recolouring(
    rng: np.random.Generator, share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Gain and offset of the three channels; 1 and 0 for all but `share` of draws."""
    if rng.random() >= share:
        return np.ones(3, np.float32), np.zeros(3, np.float32)
    gain = np.exp(rng.uniform(-0.2, 0.2) + rng.uniform(-0.15, 0.15, 3))
    return gain.astype(np.float32), rng.uniform(-0.08, 0.08, 3).astype(np.float32)
