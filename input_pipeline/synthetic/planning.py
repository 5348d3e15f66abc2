"""Drawing what each subject does: which clips, with which habits."""

import dataclasses

import numpy as np

from input_pipeline.label_sets.label_set import DEFAULT, words
from input_pipeline.synthetic.action_units import parse
from input_pipeline.synthetic.clip_plan import ClipPlan, Drift, UnitPlan
from input_pipeline.synthetic.prototypes import EMOTIONS, PROTOTYPES
from input_pipeline.synthetic.settings import MotionSettings

# Every third subject has an `others` clip; the second has one, so that small sets show
# it too.
_SECOND = 2
_OTHERS_EVERY = 3
_CLASS_OF = words(DEFAULT, "casme2")

Habits = dict[str, dict[str, tuple[UnitPlan, ...]]]


@dataclasses.dataclass(frozen=True)
class _Manner:
    """What all clips of a subject share."""

    habits: Habits
    expressiveness: float
    power: float
    tilt: float


def plan_subject(
    subject: int, rng: np.random.Generator, settings: MotionSettings
) -> tuple[ClipPlan, ...]:
    """Draws all clips of one subject.

    Habits (strength, asymmetry and direction of each action unit, expressiveness) are
    the subject's, timing and size are the clip's.

    Args:
        subject: From 1.
        rng: The subject's own.
        settings: Ranges to draw from.

    Returns:
        Clips ordered by file name, in at least two of the three MEGC2019 classes.
    """
    emotions = rng.permutation(_draw_emotions(subject, rng, settings))
    manner = _Manner(
        habits={emotion: _draw_habits(rng, emotion) for emotion in PROTOTYPES},
        expressiveness=rng.uniform(0.3, 0.7),
        power=rng.uniform(0.8, 1.4),
        tilt=rng.normal(0, 0.035),
    )
    films = np.sort(rng.choice(np.arange(1, 21), size=len(emotions)))
    plans = []
    for number, (emotion, film) in enumerate(zip(emotions, films, strict=True)):
        take = number - int(np.searchsorted(films, film)) + 1
        filename = f"EP{film:02d}_{take:02d}{'f' if rng.random() < 0.4 else ''}"
        plans.append(_draw_clip(subject, filename, str(emotion), manner, rng, settings))
    return tuple(plans)


def _draw_clip(
    subject: int,
    filename: str,
    emotion: str,
    manner: _Manner,
    rng: np.random.Generator,
    settings: MotionSettings,
) -> ClipPlan:
    texts = tuple(PROTOTYPES[emotion])
    share = np.array([PROTOTYPES[emotion][text] for text in texts], float)
    text = texts[int(rng.choice(len(texts), p=share / share.sum()))]
    low, high = settings.peak_px
    part = np.clip(manner.expressiveness + rng.normal(0, 0.25), 0, 1)
    onset = int(rng.integers(40, 400))
    apex = onset + int(rng.integers(*settings.rise_frames, endpoint=True))
    offset = apex + int(rng.integers(*settings.fall_frames, endpoint=True))
    before, after = rng.integers(*settings.margin_frames, size=2, endpoint=True)
    return ClipPlan(
        subject=subject,
        filename=filename,
        emotion=emotion,
        units=_vary(manner.habits[emotion][text], rng),
        peak_px=float(low * (high / low) ** part),
        first=onset - int(before),
        onset=onset,
        apex=apex,
        offset=offset,
        last=offset + int(after),
        power=float(manner.power * rng.uniform(0.85, 1.15)),
        tilt=float(manner.tilt + rng.normal(0, 0.012)),
        shift=(float(rng.normal(0, 4)), float(rng.normal(0, 4))),
        drift=_draw_drift(rng, settings),
    )


def _draw_emotions(
    subject: int, rng: np.random.Generator, settings: MotionSettings
) -> list[str]:
    """One emotion a clip, in at least two coarse classes, and now and then `others`."""
    names = list(EMOTIONS)
    count = int(rng.integers(*settings.clips, endpoint=True))
    share = rng.dirichlet(6 * np.array(list(EMOTIONS.values())))
    drawn = [str(name) for name in rng.choice(names, size=count, p=share)]
    if len({_CLASS_OF[name] for name in drawn}) == 1:
        other = [name for name in names if _CLASS_OF[name] != _CLASS_OF[drawn[0]]]
        drawn[0] = other[0]
    return drawn + ["others"] * (subject % _OTHERS_EVERY == _SECOND)


def _draw_habits(
    rng: np.random.Generator, emotion: str
) -> dict[str, tuple[UnitPlan, ...]]:
    """How this subject shows each prototype of one emotion."""
    return {
        text: tuple(
            UnitPlan(
                unit=unit,
                strength=1.0 if place == 0 else rng.uniform(0.5, 1.0),
                right=rng.uniform(0.75, 1.0),
                left=rng.uniform(0.75, 1.0),
                turn=rng.normal(0, 0.12),
                reach=rng.uniform(0.85, 1.2),
                lag=0.0,
            )
            for place, unit in enumerate(parse(text))
        )
        for text in PROTOTYPES[emotion]
    }


def _vary(
    habits: tuple[UnitPlan, ...], rng: np.random.Generator
) -> tuple[UnitPlan, ...]:
    """The habits as they come out in one clip."""
    return tuple(
        dataclasses.replace(
            habit,
            strength=habit.strength * rng.uniform(0.85, 1.15),
            turn=habit.turn + rng.normal(0, 0.06),
            lag=rng.uniform(0, 0.25) if place else 0.0,
        )
        for place, habit in enumerate(habits)
    )


def _draw_drift(rng: np.random.Generator, settings: MotionSettings) -> Drift:
    """Three waves a channel, 0.5 to 3 Hz at 200 frames a second."""
    shape = (3, 3)
    limit = np.array([settings.drift_px, settings.drift_px, settings.drift_rad])
    return Drift(
        amplitude=limit[:, None] * rng.dirichlet(np.ones(3), size=3),
        rate=rng.uniform(0.5, 3.0, shape) * 2 * np.pi / 200,
        phase=rng.uniform(0, 2 * np.pi, shape),
    )
