"""Synthetic clips of one size of motion, and what each motion measures on them."""

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.grey_displacement import GreyMotion
from fgrmer_tf import atomic
from fgrmer_tf.config import MotionConfig
from input_pipeline.aligned_onset import AlignedOnset
from input_pipeline.label_sets.annotation import Annotation, Label
from input_pipeline.label_sets.label_set import DEFAULT, label_set
from input_pipeline.landmarks.face_mesh import Face, FaceMesh
from input_pipeline.motion import Motion, motion_of, weights_digest
from input_pipeline.synthetic.casting import camera_stream, cast
from input_pipeline.synthetic.render import ClipRenderer, expose
from input_pipeline.synthetic.rendering import encode
from input_pipeline.synthetic.settings import (
    CameraSettings,
    MotionSettings,
    SyntheticSettings,
)

FLOWS = ("dis", "farneback", "tvl1")
MAGNET = "magnet"
CONFIGS = {
    **{name: MotionConfig(method=name) for name in FLOWS},
    "grey": MotionConfig(),
    "magnet x1": MotionConfig(method="magnet", factor=1.0),
    MAGNET: MotionConfig(method="magnet"),
    "magnet mean": MotionConfig(method="magnet", magnet_map="mean"),
}
"""Name in the table -> settings; `grey` is this benchmark's own."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """Clips made alike.

    Args:
        seed: Of people, motion and noise.
        peak: Largest displacement in every clip [px of the frame].
        noise: Read noise of the camera [grey levels].
        subjects: How many people.
    """

    seed: int
    peak: float
    noise: float
    subjects: int

    @property
    def name(self) -> str:
        """Usable in file names."""
        return f"{self.seed}-{self.subjects}-{self.peak:g}px-noise{self.noise:g}"


@dataclasses.dataclass(frozen=True, eq=False)
class Pair:
    """Onset and apex frame of one clip, uint8 RGB, as read from a JPEG."""

    subject: str
    clip: str
    label: str
    onset: np.ndarray
    apex: np.ndarray


class _FoundFaces:
    """Stands in for `FaceMesh`: finds the faces of one clip once for all motions."""

    def __init__(self, face_mesh: FaceMesh) -> None:
        self._face_mesh = face_mesh
        self._found: dict[int, Face] = {}

    def find(self, image: np.ndarray) -> Face:
        if id(image) not in self._found:
            self._found[id(image)] = self._face_mesh.find(image)
        return self._found[id(image)]


def pairs(cell: Cell) -> Iterator[Pair]:
    """Onset and apex of every clip whose emotion has a class."""
    settings = SyntheticSettings(
        motion=MotionSettings(peak_px=(cell.peak, cell.peak)),
        camera=CameraSettings(read_noise=cell.noise),
    )
    camera = settings.camera
    for actor in cast(cell.subjects, cell.seed, settings):
        subject = f"sub{actor.number:02d}"
        for number, plan in enumerate(actor.plans):
            said = Annotation(
                dataset="casme2",
                subject=subject,
                clip=plan.filename,
                emotion=plan.emotion,
            )
            label = label_set(DEFAULT).label(said)
            if not isinstance(label, Label):
                continue
            rng = camera_stream(cell.seed, actor, number)
            renderer = ClipRenderer(actor.portrait, plan, camera)
            onset, apex = (
                stored(expose(renderer.frame(frame), camera, rng), camera)
                for frame in (plan.onset, plan.apex)
            )
            yield Pair(subject, plan.filename, label.name, onset, apex)


def stored(image: np.ndarray, camera: CameraSettings) -> np.ndarray:
    """An image as it comes back from its file."""
    jpeg = encode(".jpg", image, cv2.IMWRITE_JPEG_QUALITY, camera.jpeg_quality)
    bgr: Any = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def file_of(work: Path, cell: Cell, name: str) -> Path:
    """Where features of a cell by one motion are kept; other weights, another file."""
    digest = weights_digest(CONFIGS[name])[:8]
    parts = (cell.name, name.replace(" ", "-"), digest)
    return work / f"{'-'.join(part for part in parts if part)}.npz"


def measure(work: Path, cell: Cell, names: tuple[str, ...]) -> None:
    """Computes and keeps the features of a cell by each of the named motions.

    All motions get the same frames, landmarks and alignment.

    Writes:
        The feature table of each, as `feature_exchange` reads it.
    """
    cv2.setNumThreads(1)
    face_mesh = FaceMesh()
    motions: dict[str, Motion] = {
        name: GreyMotion(CONFIGS[name]) if name == "grey" else motion_of(CONFIGS[name])
        for name in names
    }
    rows: dict[str, list] = {name: [] for name in names}
    clips = []
    for pair in pairs(cell):
        clips.append(pair)
        faces: Any = _FoundFaces(face_mesh)
        arrived = None
        for name, motion in motions.items():
            onset = AlignedOnset(pair.onset, faces, motion, CONFIGS[name].map_size)
            # Alignment does not depend on the motion.
            arrived = arrived or onset.arrive(pair.apex)
            rows[name].append(onset.measure(arrived))
    classes = label_set(DEFAULT).classes
    for name, measured in rows.items():
        path = file_of(work, cell, name)
        stream = io.BytesIO()
        np.savez_compressed(
            stream,
            patches=np.stack([one.patches for one in measured]),
            motion_map=np.stack([one.motion_map for one in measured]),
            label=np.array([classes.index(clip.label) for clip in clips]),
            subject=np.array([clip.subject for clip in clips]),
            dataset=np.array(["synthetic"] * len(clips)),
            clip=np.array([clip.clip for clip in clips]),
            class_names=np.array(classes),
        )
        atomic.write_bytes(path, stream.getvalue())
