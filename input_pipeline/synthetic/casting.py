"""Who plays and what: the subjects of a synthetic data set and their clips."""

import dataclasses

import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.synthetic.clip_plan import ClipPlan
from input_pipeline.synthetic.identity import draw_identity
from input_pipeline.synthetic.photograph import load_photograph
from input_pipeline.synthetic.planning import plan_subject
from input_pipeline.synthetic.portrait import Portrait, paint
from input_pipeline.synthetic.settings import SyntheticSettings

_ACTS, _LOOKS, _NOISE = range(3)


@dataclasses.dataclass(frozen=True, eq=False)
class Actor:
    """One subject.

    Args:
        number: From 1.
        portrait: The face at rest.
        plans: What the subject does.
    """

    number: int
    portrait: Portrait
    plans: tuple[ClipPlan, ...]


def cast(subjects: int, seed: int, settings: SyntheticSettings) -> list[Actor]:
    """Draws the subjects: the same actor for a number, however many there are.

    Args:
        subjects: At least 1.
        seed: At least 0.
        settings: What clips show and how they are recorded.

    Returns:
        Actors 1 to `subjects`.

    Raises:
        InputError: If `subjects` or `seed` is too small.
    """
    if subjects < 1:
        raise InputError(
            f"`subjects` must be at least 1. Received: {subjects}. "
            "Leave-one-subject-out evaluation needs 2 or more."
        )
    if seed < 0:
        raise InputError(f"`seed` must be at least 0. Received: {seed}. Choose 0.")
    photographs = {flip: load_photograph(mirrored=flip) for flip in (False, True)}
    actors = []
    for number in range(1, subjects + 1):
        identity = draw_identity(_stream(seed, number, _LOOKS))
        portrait = paint(identity, photographs[identity.mirrored], settings.camera)
        plans = plan_subject(number, _stream(seed, number, _ACTS), settings.motion)
        actors.append(Actor(number, portrait, plans))
    return actors


def camera_stream(seed: int, actor: Actor, clip: int) -> np.random.Generator:
    """The camera noise of one clip, independent of every other clip."""
    return _stream(seed, actor.number, _NOISE, clip)


def _stream(seed: int, *key: int) -> np.random.Generator:
    """A generator of its own for each key, so that no subject depends on another."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
