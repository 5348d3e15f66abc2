"""Every setting of the synthetic clips and its one default."""

import dataclasses

from fgrmer_tf.errors import InputError

Range = tuple[float, float]
IntRange = tuple[int, int]


@dataclasses.dataclass(frozen=True, kw_only=True)
class MotionSettings:
    """What a clip shows. Ranges hold both ends."""

    clips: IntRange = (8, 14)
    """Clips a subject, `others` not counted; at least 2, for two classes a subject."""
    peak_px: Range = (0.3, 2.0)
    """Largest displacement of a mesh point by action units at the apex [px]."""
    rise_frames: IntRange = (12, 26)
    """Frames from onset to apex (200 Hz: 60 to 130 ms)."""
    fall_frames: IntRange = (16, 32)
    """Frames from apex to offset."""
    margin_frames: IntRange = (2, 4)
    """Frames in the folder before onset, and after offset."""
    drift_px: float = 0.5
    """Amplitude of the head's translation within a clip [px]."""
    drift_rad: float = 0.0015
    """Amplitude of the head's in-plane rotation within a clip [rad]."""

    def __post_init__(self) -> None:
        if self.clips[0] < 2:
            raise InputError(
                "`clips` must start at 2 or more, so that a subject has two classes. "
                f"Received: {self.clips}."
            )
        if not 0 < self.peak_px[0] <= self.peak_px[1] <= 3:
            raise InputError(
                "`peak_px` must rise within (0, 3] px: larger motion would fold the "
                f"skin. Received: {self.peak_px}."
            )


@dataclasses.dataclass(frozen=True, kw_only=True)
class CameraSettings:
    """How a clip is recorded. Frame size and rate are those of CASME II."""

    width: int = 640
    """Frame width [px]."""
    height: int = 480
    """Frame height [px]."""
    face_width_px: Range = (264.0, 296.0)
    """Width of the face mesh [px]."""
    read_noise: float = 1.0
    """Standard deviation of the noise that is always there [grey levels of 255]."""
    photon_gain: float = 0.02
    """Noise variance a grey level of signal adds [grey levels]."""
    jpeg_quality: int = 95
    """libjpeg quality, [1, 100]."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SyntheticSettings:
    """Everything that decides a synthetic data set, beside its seed and its size."""

    motion: MotionSettings = MotionSettings()
    camera: CameraSettings = CameraSettings()


DEFAULTS = SyntheticSettings()
"""The set that `fgrmer synth` writes."""
