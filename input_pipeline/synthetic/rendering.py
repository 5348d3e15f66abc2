"""Clips rendered once, from which every native layout takes its frames."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import cv2
import numpy as np

from input_pipeline.images import read_image
from input_pipeline.synthetic.casting import Actor, camera_stream
from input_pipeline.synthetic.clip_plan import ClipPlan
from input_pipeline.synthetic.render import ClipRenderer, Truth, expose
from input_pipeline.synthetic.settings import CameraSettings

Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True, eq=False)
class RenderedClip:
    """One clip on disk, before any data set's names are given to it.

    Args:
        plan: What it shows.
        truth: What really moved.
        folder: Where its frames are, as JPEG.
    """

    plan: ClipPlan
    truth: Truth
    folder: Path

    def file(self, frame: int) -> Path:
        """The file of one frame, by the plan's number."""
        return self.folder / f"{frame}.jpg"

    def image(self, frame: int) -> np.ndarray:
        """One frame: uint8 `(height, width, 3)`, RGB."""
        return read_image(self.file(frame))


def render_clips(
    folder: Path,
    actors: Sequence[Actor],
    seed: int,
    camera: CameraSettings,
    progress: Progress | None = None,
) -> list[RenderedClip]:
    """Renders every clip of every actor.

    Writes:
        `folder/<subject>/<number>/<frame>.jpg`.

    Args:
        folder: Is made.
        actors: Who plays.
        seed: Of the camera noise, at least 0.
        camera: How clips are recorded.
        progress: Called with clips rendered and clips in all, after each clip.

    Returns:
        Clips in the order of the actors and their plans.
    """
    clips = [(actor, number) for actor in actors for number in range(len(actor.plans))]
    # OpenCV and NumPy work outside the interpreter lock, so threads do as well as
    # processes and need no importable main module.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(_render, folder, actor, number, seed, camera)
            for actor, number in clips
        ]
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                job.result()
                if progress:
                    progress(done, len(clips))
        finally:
            pool.shutdown(cancel_futures=True)
    return [job.result() for job in jobs]


def encode(suffix: str, image: np.ndarray, *options: int) -> bytes:
    """An RGB or grey image as a file.

    Not `cv2.imwrite`: on a full disk that only says no.
    """
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return cv2.imencode(suffix, image, options)[1].tobytes()


def _render(
    root: Path, actor: Actor, number: int, seed: int, camera: CameraSettings
) -> RenderedClip:
    plan = actor.plans[number]
    rng = camera_stream(seed, actor, number)
    renderer = ClipRenderer(actor.portrait, plan, camera)
    clip = RenderedClip(plan, renderer.truth(), root / str(actor.number) / str(number))
    clip.folder.mkdir(parents=True)
    for frame in range(plan.first, plan.last + 1):
        image = expose(renderer.frame(frame), camera, rng)
        jpeg = encode(".jpg", image, cv2.IMWRITE_JPEG_QUALITY, camera.jpeg_quality)
        clip.file(frame).write_bytes(jpeg)
    return clip
