"""A folder a class, with `subjects.csv` beside them."""

from collections.abc import Sequence
from pathlib import Path

from input_pipeline.synthetic.macro.content import Content, subject_name
from input_pipeline.synthetic.macro.faces import SyntheticFace
from input_pipeline.synthetic.macro.pictures import cut, jpeg, put

SIDE = 128
"""Side of a picture [px]."""


def write(root: Path, faces: Sequence[SyntheticFace], traps: bool) -> Content:
    """Writes faces into class folders."""
    content = Content()
    for face in faces:
        name = f"{face.expression}/{subject_name(face)}_{face.number:03d}"
        put(root / f"{name}.jpg", jpeg(cut(face.image, SIDE)))
        content.subjects[name] = subject_name(face)
    if traps:
        first = faces[0]
        (root / first.expression / "Thumbs.db").write_bytes(b"no picture")
        put(root / first.expression / ".DS_Store", b"no picture")
        content.plant(
            "no picture", "skip", "not a picture", f"{first.expression}/Thumbs"
        )

        def add(data: bytes) -> tuple[str, None]:
            name = f"{first.expression}/odd_{len(content.planted)}"
            put(root / f"{name}.jpg", data)
            content.subjects[name] = subject_name(first)
            return name, None

        content.odd(cut(first.image, SIDE), add)
    return content
