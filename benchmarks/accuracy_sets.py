"""Synthetic sets of known difficulty, as feature tables."""

import dataclasses
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.motion_clips import stored
from fgrmer_tf import atomic
from fgrmer_tf.config import MotionConfig
from input_pipeline.au_annotation import au_row
from input_pipeline.clip_features import ClipExtractor
from input_pipeline.feature_exchange import read_npz
from input_pipeline.feature_table import FeatureTable
from input_pipeline.label_sets.annotation import Annotation, Label
from input_pipeline.label_sets.label_set import DEFAULT, label_set
from input_pipeline.synthetic.casting import camera_stream, cast
from input_pipeline.synthetic.render import ClipRenderer, expose
from input_pipeline.synthetic.settings import (
    CameraSettings,
    MotionSettings,
    Range,
    SyntheticSettings,
)

_KEPT = 77
"""Stream of what is left out, apart from those that make people, clips and noise."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Level:
    """A difficulty: how small and noisy the motion is, how few and uneven the clips.

    Every subject is another person with habits of their own (strength, asymmetry,
    direction and reach of each action unit), so that a tested subject differs from
    those that were learned from.

    Args:
        name: Usable in file names.
        peak_px: Largest displacement in a clip [px of the frame].
        noise: Read noise of the camera [grey levels].
        clips: Clips that a subject plays, at most; both ends are drawn.
        kept: Share of the clips of each class that are kept.
    """

    name: str
    peak_px: Range
    noise: float
    clips: tuple[int, int]
    kept: dict[str, float]

    @property
    def settings(self) -> SyntheticSettings:
        """What the renderer takes."""
        return SyntheticSettings(
            motion=MotionSettings(peak_px=self.peak_px, clips=self.clips),
            camera=CameraSettings(read_noise=self.noise),
        )


_EVEN = {"positive": 1.0, "negative": 1.0, "surprise": 1.0}
_UNEVEN = {"positive": 0.7, "negative": 1.0, "surprise": 0.5}
LEVELS = (
    Level(name="easy", peak_px=(0.3, 0.8), noise=2.0, clips=(6, 9), kept=_EVEN),
    Level(name="medium", peak_px=(0.15, 0.4), noise=2.5, clips=(6, 9), kept=_UNEVEN),
    Level(name="hard", peak_px=(0.1, 0.25), noise=4.0, clips=(6, 9), kept=_UNEVEN),
)
"""Motion of a third of a pixel and less is what spotting in real clips meets."""


def table_of(work: Path, level: Level, seed: int, subjects: int) -> FeatureTable:
    """The set of a level under a seed; rendered and measured once, then reused.

    Reads, Writes:
        An `.npz` in `work`, as `feature_exchange` describes it.
    """
    path = work / f"{level.name}-{seed}-{subjects}.npz"
    if not path.exists():
        atomic.write_bytes(path, _render(level, seed, subjects))
    return read_npz(path)


def _render(level: Level, seed: int, subjects: int) -> bytes:
    cv2.setNumThreads(1)
    extractor, labels = ClipExtractor(MotionConfig()), label_set(DEFAULT)
    camera = level.settings.camera
    rows: dict[str, list] = {
        name: [] for name in ("patches", "motion_map", "label", "subject", "clip", "au")
    }
    for actor in cast(subjects, seed, level.settings):
        subject = f"{seed}-{actor.number:02d}"
        kept = np.random.default_rng((seed, actor.number, _KEPT))
        for number, plan in enumerate(actor.plans):
            said = Annotation(
                dataset="casme2",
                subject=subject,
                clip=plan.filename,
                emotion=plan.emotion,
            )
            label, draw = labels.label(said), kept.random()
            if not isinstance(label, Label) or draw >= level.kept[label.name]:
                continue
            rng = camera_stream(seed, actor, number)
            renderer = ClipRenderer(actor.portrait, plan, camera)
            onset, apex = (
                stored(expose(renderer.frame(frame), camera, rng), camera)
                for frame in (plan.onset, plan.apex)
            )
            found = extractor.extract(onset, apex, name=f"{subject}/{plan.filename}")
            for name, value in (
                ("patches", found.patches),
                ("motion_map", found.motion_map),
                ("label", labels.classes.index(label.name)),
                ("subject", subject),
                ("clip", plan.filename),
                ("au", au_row(tuple(part.unit.number for part in plan.units))),
            ):
                rows[name].append(value)
    stream = io.BytesIO()
    columns: dict[str, Any] = {name: np.array(of) for name, of in rows.items()}
    np.savez_compressed(
        stream,
        **columns,
        dataset=np.array(["synthetic"] * len(rows["label"])),
        class_names=np.array(labels.classes),
    )
    return stream.getvalue()
