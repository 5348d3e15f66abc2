"""Faces with whole expressions: the photograph's identities, warped far."""

import dataclasses
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from fgrmer_tf.errors import require
from input_pipeline.macro.expressions import EXPRESSIONS
from input_pipeline.synthetic.action_units import parse
from input_pipeline.synthetic.identity import draw_identity
from input_pipeline.synthetic.macro.prototypes import AT_REST, PROTOTYPES
from input_pipeline.synthetic.macro.warp import Pose, Pulled, Warp
from input_pipeline.synthetic.photograph import load_photograph
from input_pipeline.synthetic.portrait import Portrait, paint
from input_pipeline.synthetic.render import expose
from input_pipeline.synthetic.settings import CameraSettings

Progress = Callable[[int, int], None]

CAMERA = CameraSettings(width=192, height=192, face_width_px=(104.0, 124.0))
"""A face that fills most of a small frame [px]."""
APEX = 4
"""Frame of the whole expression; frame 0 is at rest."""

_LOOKS, _ACTS, _NOISE = range(3)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FaceSettings:
    """What the faces show."""

    expressions: int = 7
    """Classes, 2 to 8, in the order of `EXPRESSIONS`."""
    faces: int = 6
    """Faces an identity and expression."""
    peak: tuple[float, float] = (0.05, 0.1)
    """Largest displacement of the skin [face widths]."""

    def __post_init__(self) -> None:
        require(
            2 <= self.expressions <= len(EXPRESSIONS) and self.faces >= 1,
            f"`expressions` must be 2 to {len(EXPRESSIONS)}, `faces` at least 1.",
            expressions=self.expressions,
            faces=self.faces,
        )
        require(
            0 < self.peak[0] <= self.peak[1] <= 0.2,
            "`peak` must rise within (0, 0.2] face widths.",
            peak=self.peak,
        )


@dataclasses.dataclass(frozen=True, eq=False)
class SyntheticFace:
    """One identity showing one expression.

    Args:
        subject: From 1.
        expression: Of `EXPRESSIONS`.
        number: From 1, among the subject's faces.
        frames: uint8 `(APEX + 1, height, width, 3)`, RGB, from rest to apex; or only
            the apex, `(1, ...)`.
    """

    subject: int
    expression: str
    number: int
    frames: np.ndarray

    @property
    def image(self) -> np.ndarray:
        """The whole expression: uint8 `(height, width, 3)`, RGB."""
        return self.frames[-1]


def render_faces(
    subjects: int,
    seed: int,
    settings: FaceSettings,
    *,
    sequences: bool = False,
    progress: Progress = lambda done, total: None,
) -> list[SyntheticFace]:
    """Renders every face of every identity.

    An identity is the same whatever `subjects` is; the same arguments give the same
    pixels on one machine.

    Args:
        subjects: At least 1.
        seed: At least 0.
        settings: What is shown.
        sequences: Whether the way from rest to apex is rendered too.
        progress: Called with faces rendered and faces in all.

    Returns:
        Ordered by subject, then number; expressions take turns.

    Raises:
        InputError: If `subjects` or `seed` is too small.
    """
    require(
        subjects >= 1 and seed >= 0,
        "`subjects` must be at least 1 and `seed` at least 0.",
        subjects=subjects,
        seed=seed,
    )
    photographs = {flip: load_photograph(mirrored=flip) for flip in (False, True)}

    def portrait(subject: int) -> Portrait:
        identity = draw_identity(_stream(seed, subject, _LOOKS))
        return paint(identity, photographs[identity.mirrored], CAMERA)

    total = subjects * settings.faces * settings.expressions
    parts = [step / APEX for step in range(APEX + 1)] if sequences else [1.0]
    rendered: list[SyntheticFace] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for subject, looks in enumerate(pool.map(portrait, range(1, subjects + 1)), 1):
            make = functools.partial(_face, looks, subject, seed, settings, parts)
            for face in pool.map(make, range(1, total // subjects + 1)):
                rendered.append(face)
                progress(len(rendered), total)
    return rendered


def _face(
    portrait: Portrait,
    subject: int,
    seed: int,
    settings: FaceSettings,
    parts: Sequence[float],
    number: int,
) -> SyntheticFace:
    rng = _stream(seed, subject, _ACTS, number)
    expression = EXPRESSIONS[(number - 1) % settings.expressions]
    warp = Warp(portrait, _pose(expression, settings, rng), CAMERA)
    noise = _stream(seed, subject, _NOISE, number)
    images = [expose(warp.frame(part), CAMERA, noise) for part in parts]
    return SyntheticFace(subject, expression, number, np.stack(images))


def _pose(expression: str, settings: FaceSettings, rng: np.random.Generator) -> Pose:
    texts = PROTOTYPES[expression]
    units = tuple(
        Pulled(
            unit=unit,
            strength=rng.uniform(0.7, 1.0),
            right=rng.uniform(0.85, 1.0),
            left=rng.uniform(0.85, 1.0),
            turn=rng.normal(0, 0.1),
            reach=rng.uniform(1.2, 1.5),
        )
        for unit in parse(texts[int(rng.integers(len(texts)))])
    )
    peak = rng.uniform(*settings.peak)
    return Pose(
        units=units,
        peak=AT_REST if expression == "neutral" else peak,
        tilt=float(rng.normal(0, 0.05)),
        shift=(float(rng.normal(0, 2)), float(rng.normal(0, 2))),
    )


def _stream(seed: int, *key: int) -> np.random.Generator:
    """A generator of its own for each key, so that no face depends on another."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def subjects_of(faces: list[SyntheticFace]) -> Iterator[list[SyntheticFace]]:
    """The faces of each subject, in order."""
    for subject in sorted({face.subject for face in faces}):
        yield [face for face in faces if face.subject == subject]
