"""A rendered clip as a camera of another frame rate numbers it."""

import dataclasses
import math

from input_pipeline.synthetic.rendering import RenderedClip

RENDERED_FPS = 200.0
"""Frames a second of the rendered clips [Hz]."""


@dataclasses.dataclass(frozen=True, eq=False)
class Shot:
    """The frames that a data set keeps of a clip. Frame numbers are inclusive.

    Args:
        clip: Where they come from.
        frames: Number in the data set -> number in the plan, in order.
        onset: Number in the data set.
        apex: See above.
        offset: See above.
    """

    clip: RenderedClip
    frames: dict[int, int]
    onset: int
    apex: int
    offset: int

    @property
    def last(self) -> int:
        """The largest number."""
        return max(self.frames)


def shoot(clip: RenderedClip, fps: float, first: int) -> Shot:
    """Takes every so many frames of a clip, its apex among them.

    Args:
        clip: Rendered at `RENDERED_FPS`.
        fps: Frame rate of the data set, at most that [Hz].
        first: Number of the first frame in the data set.

    Returns:
        No frame twice; onset and offset are at rest.
    """
    plan = clip.plan
    step = RENDERED_FPS / fps
    rise, fall = (
        math.ceil(length / step)
        for length in (plan.apex - plan.onset, plan.offset - plan.apex)
    )
    before = max(0, math.floor((plan.apex - plan.first) / step) - rise)
    after = max(0, math.floor((plan.last - plan.apex) / step) - fall)
    taken = {
        k: min(max(plan.apex + round(k * step), plan.first), plan.last)
        for k in range(-rise - before, fall + after + 1)
    }
    apex = first + rise + before
    return Shot(
        clip=clip,
        frames={apex + k: frame for k, frame in taken.items()},
        onset=apex - rise,
        apex=apex,
        offset=apex + fall,
    )
