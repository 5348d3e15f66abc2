"""How far things move, how much that is magnified, and how cameras spoil it."""

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class MotionRange:
    """Motion of a scene, drawn log-uniformly and then cut to what can be rendered.

    Args:
        motion: Least and most of the largest displacement between frames A and B [px].
        factor: Least and most of how many times as large the motion becomes.
        magnified: Most of the largest displacement after magnification [px].

    Raises:
        ValueError: At construction, if a range is empty or not positive, or if the
            smallest motion times the smallest factor exceeds `magnified`.
    """

    motion: tuple[float, float]
    factor: tuple[float, float]
    magnified: float

    def __post_init__(self):
        for low, high in (self.motion, self.factor):
            if not 0 < low <= high:
                raise ValueError(
                    f"A range must have 0 < least <= most. Received: {(low, high)}"
                )
        if self.motion[0] * self.factor[0] > self.magnified:
            raise ValueError(
                "The smallest motion times the smallest factor must not exceed "
                f"`magnified`. Received: {self}"
            )


MICRO_EXPRESSION = MotionRange(motion=(0.05, 2.0), factor=(1.2, 20.0), magnified=6.0)
"""What a micro-expression moves on a face 256 px wide, and factors used with it."""

PUBLISHED = MotionRange(motion=(0.05, 10.0), factor=(1.2, 100.0), magnified=30.0)
"""Oh et al., ECCV 2018; their least motion and factor are not stated, chosen here."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spoiling:
    """The most of each fault of a camera; each sample draws its own.

    Args:
        shot: Standard deviation of the shot noise at mid grey [of 255].
        read: Standard deviation of the noise that does not depend on light [of 255].
        clean: Share of samples without noise, in [0, 1].
        compressed: Share of samples stored as JPEG in between, in [0, 1].
        recoloured: Share of samples whose frame B has other colours than A, in [0, 1].
    """

    shot: float = 3.0
    read: float = 1.5
    clean: float = 0.25
    compressed: float = 0.2
    recoloured: float = 0.0


SPOILING = Spoiling()
"""Shot noise as Oh et al.; the rest is chosen here."""
