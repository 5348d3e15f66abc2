"""A synthetic data set in the native layout of CASME II."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import cv2
import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.images import read_image
from input_pipeline.synthetic.casting import Actor, camera_stream, cast
from input_pipeline.synthetic.clip_plan import ClipPlan
from input_pipeline.synthetic.coding_sheet import coding_sheet
from input_pipeline.synthetic.contact_sheet import contact_sheet
from input_pipeline.synthetic.ground_truth import truth_arrays
from input_pipeline.synthetic.render import ClipRenderer, Truth, expose
from input_pipeline.synthetic.settings import (
    DEFAULTS,
    CameraSettings,
    SyntheticSettings,
)

FRAMES = "CASME2_RAW_selected"
CODING = "CASME2-coding-20140508.xlsx"
TRUTH = "ground_truth.npz"
CONTACT_SHEET = "contact_sheet.png"


def write_casme2(
    out: str | Path,
    *,
    subjects: int = 8,
    seed: int = 0,
    settings: SyntheticSettings = DEFAULTS,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Writes synthetic clips as CASME II comes: folders of frames and a coding sheet.

    The same arguments give the same bytes on one machine; a subject is the same
    whatever `subjects` is. Nothing is left behind when it fails.

    Writes:
        `CASME2_RAW_selected/subSS/EPVV_NN/imgF.jpg`, `CASME2-coding-20140508.xlsx`,
        `ground_truth.npz` (the arrays of `docs/synthetic.md`) and `contact_sheet.png`.

    Args:
        out: Target folder, which must not exist.
        subjects: At least 1.
        seed: At least 0.
        settings: What clips show and how they are recorded.
        progress: Called with clips written and clips in all, after each clip.

    Returns:
        `out`.

    Raises:
        InputError: If `out` exists, or `subjects` or `seed` is too small.
    """
    out = Path(out)
    if out.exists():
        raise InputError(
            f"The target folder must not exist. Received: `{out}`, which exists. "
            "Choose another folder, or delete this one first."
        )
    actors = cast(subjects, seed, settings)
    clips = [(actor, number) for actor in actors for number in range(len(actor.plans))]
    plans = [actor.plans[number] for actor, number in clips]
    with atomic.folder(out) as folder:
        # OpenCV and NumPy work outside the interpreter lock, so threads do as well as
        # processes and need no importable main module.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [
                pool.submit(_write_clip, folder, actor, number, seed, settings.camera)
                for actor, number in clips
            ]
            try:
                for done, job in enumerate(as_completed(jobs), 1):
                    job.result()
                    if progress:
                        progress(done, len(clips))
            finally:
                pool.shutdown(cancel_futures=True)
        truths = [job.result() for job in jobs]
        (folder / CODING).write_bytes(coding_sheet(plans))
        np.savez(folder / TRUTH, **truth_arrays(plans, truths))  # type: ignore[arg-type]
        picture = contact_sheet(plans, truths, lambda plan, f: _read(folder, plan, f))
        (folder / CONTACT_SHEET).write_bytes(_encode(".png", picture))
    return out


def clip_folder(root: Path, plan: ClipPlan) -> Path:
    """Where the frames of a clip are."""
    return root / FRAMES / f"sub{plan.subject:02d}" / plan.filename


def _write_clip(
    root: Path, actor: Actor, number: int, seed: int, camera: CameraSettings
) -> Truth:
    plan = actor.plans[number]
    rng = camera_stream(seed, actor, number)
    renderer = ClipRenderer(actor.portrait, plan, camera)
    folder = clip_folder(root, plan)
    folder.mkdir(parents=True)
    for frame in range(plan.first, plan.last + 1):
        image = expose(renderer.frame(frame), camera, rng)
        jpeg = _encode(".jpg", image, cv2.IMWRITE_JPEG_QUALITY, camera.jpeg_quality)
        (folder / f"img{frame}.jpg").write_bytes(jpeg)
    return renderer.truth()


def _encode(suffix: str, image: np.ndarray, *options: int) -> bytes:
    """An RGB image as a file. Not `cv2.imwrite`: on a full disk that only says no."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return cv2.imencode(suffix, bgr, options)[1].tobytes()


def _read(root: Path, plan: ClipPlan, frame: int) -> np.ndarray:
    path = clip_folder(root, plan) / f"img{frame}.jpg"
    return read_image(path)
