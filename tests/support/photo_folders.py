"""Synthetic picture data sets in native layouts, rendered once for every test."""

import functools

from input_pipeline.synthetic.macro.content import Content
from input_pipeline.synthetic.macro.faces import FaceSettings, render_faces
from input_pipeline.synthetic.macro.layouts import (
    affectnet,
    ck_plus,
    class_folder,
    ferplus,
    raf_db,
)

SUBJECTS, SEED = 5, 3
WRITERS = {
    "raf-db": raf_db.write,
    "ferplus": ferplus.write,
    "affectnet": affectnet.write_tables,
    "affectnet-npy": affectnet.write_files,
    "ck-plus": ck_plus.write,
    "class-folder": class_folder.write,
}
SETTINGS = FaceSettings(expressions=8, faces=1)


@functools.cache
def faces():
    """One face an identity and class, from rest to apex."""
    return render_faces(SUBJECTS, SEED, SETTINGS, sequences=True)


def write(folder, layout, *, traps=False, only=None) -> Content:
    """Writes the faces, or those of some expressions, in a layout."""
    shown = [f for f in faces() if only is None or f.expression in only]
    return WRITERS[layout](folder, shown, traps)


def write_subjects(folder, content):
    lines = [f"{name},{subject}" for name, subject in content.subjects.items()]
    (folder / "subjects.csv").write_text("\n".join(["name,subject", *lines]) + "\n")
