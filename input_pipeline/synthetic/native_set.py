"""A synthetic data set in the native layout of a real one."""

import shutil
from pathlib import Path

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.synthetic.casting import cast
from input_pipeline.synthetic.contact_sheet import contact_sheet
from input_pipeline.synthetic.ground_truth import truth_arrays
from input_pipeline.synthetic.native.layouts import LAYOUTS
from input_pipeline.synthetic.native.names import Kind, LayoutName
from input_pipeline.synthetic.native.writing import write_layout
from input_pipeline.synthetic.rendering import Progress, encode, render_clips
from input_pipeline.synthetic.settings import DEFAULTS, SyntheticSettings

TRUTH = "ground_truth.npz"
CONTACT_SHEET = "contact_sheet.png"


def write_native(
    out: str | Path,
    layout: LayoutName = "casme2",
    *,
    subjects: int = 8,
    seed: int = 0,
    kind: Kind = "raw",
    traps: bool = True,
    settings: SyntheticSettings = DEFAULTS,
    progress: Progress | None = None,
) -> Path:
    """Writes synthetic clips as a data set comes: frame folders and coding sheet.

    The same arguments give the same bytes on one machine; a subject's clips are the
    same whatever `subjects` is. Nothing is left behind when it fails.

    Writes:
        The data set, `traps.csv` (what is wrong with it on purpose, see `Planted`),
        `ground_truth.npz` (the arrays of `docs/synthetic.md`) and `contact_sheet.png`.

    Args:
        out: Target folder, which must not exist.
        layout: Which data set.
        subjects: At least 1.
        seed: At least 0.
        kind: Frames as recorded, or cut out round the face.
        traps: Whether clips are spoilt as they are in the real data set.
        settings: What clips show and how they are recorded.
        progress: Called with clips rendered and clips in all, after each clip.

    Returns:
        `out`.

    Raises:
        InputError: If `out` exists, `subjects` or `seed` is too small, or the data set
            has no cropped frames.
    """
    out = Path(out)
    if out.exists():
        raise InputError(
            f"The target folder must not exist. Received: `{out}`, which exists. "
            "Choose another folder, or delete this one first."
        )
    actors = cast(subjects, seed, settings)
    with atomic.folder(out) as folder:
        rendered = folder / ".rendered"
        clips = render_clips(rendered, actors, seed, settings.camera, progress)
        write_layout(folder, LAYOUTS[layout], clips, kind=kind, traps=traps)
        plans, truths = [c.plan for c in clips], [c.truth for c in clips]
        np.savez(folder / TRUTH, **truth_arrays(plans, truths))  # type: ignore[arg-type]
        by_plan = {id(clip.plan): clip for clip in clips}
        picture = contact_sheet(
            plans, truths, lambda plan, frame: by_plan[id(plan)].image(frame)
        )
        (folder / CONTACT_SHEET).write_bytes(encode(".png", picture))
        shutil.rmtree(rendered)
    return out
