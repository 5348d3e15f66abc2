"""A synthetic data set of pictures in the native layout of a real one."""

import csv
import io
from pathlib import Path

import numpy as np

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.macro.names import PhotoLayoutName
from input_pipeline.macro.photos import SUBJECTS
from input_pipeline.synthetic.macro.content import Writer
from input_pipeline.synthetic.macro.faces import (
    FaceSettings,
    Progress,
    render_faces,
    subjects_of,
)
from input_pipeline.synthetic.macro.layouts import (
    affectnet,
    ck_plus,
    class_folder,
    ferplus,
    raf_db,
)
from input_pipeline.synthetic.native.writing import TRAPS, write_planted
from input_pipeline.synthetic.native_set import CONTACT_SHEET
from input_pipeline.synthetic.rendering import encode

_WRITERS: dict[PhotoLayoutName, Writer] = {
    "raf-db": raf_db.write,
    "ferplus": ferplus.write,
    "affectnet": affectnet.write_tables,
    "affectnet-npy": affectnet.write_files,
    "ck-plus": ck_plus.write,
    "class-folder": class_folder.write,
}

DEFAULT_FACES = FaceSettings()
"""Seven classes, six faces an identity and class."""


def write_photos(
    out: str | Path,
    layout: PhotoLayoutName,
    *,
    subjects: int = 8,
    seed: int = 0,
    traps: bool = True,
    settings: FaceSettings = DEFAULT_FACES,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Writes synthetic faces as a data set of pictures comes.

    The same arguments give the same bytes on one machine. Nothing is left behind when
    it fails.

    Writes:
        The data set, `subjects.csv` (who is in which picture, where the data set does
        not say it), `traps.csv` and `contact_sheet.png`.

    Args:
        out: Target folder, which must not exist.
        layout: Which data set.
        subjects: Identities, at least 1; at least 2 for a layout with official parts.
        seed: At least 0.
        traps: Whether labels and files are spoilt too.
        settings: What the faces show.
        progress: Called with faces rendered and faces in all.

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
    faces = render_faces(
        subjects, seed, settings, sequences=layout == "ck-plus", progress=progress
    )
    with atomic.folder(out) as folder:
        content = _WRITERS[layout](folder, faces, traps)
        write_planted(folder / TRAPS, content.planted)
        if content.subjects:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(("name", "subject"))
            writer.writerows(content.subjects.items())
            (folder / SUBJECTS).write_text(text.getvalue(), encoding="utf-8")
        shown = [one[: settings.expressions] for one in subjects_of(faces)][:8]
        sheet = [np.concatenate([face.image for face in row], axis=1) for row in shown]
        picture = encode(".png", np.concatenate(sheet))
        (folder / CONTACT_SHEET).write_bytes(picture)
    return out
