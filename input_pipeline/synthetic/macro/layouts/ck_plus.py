"""CK+ as it comes: sequences of grey frames, and a label file for most."""

from collections.abc import Sequence
from pathlib import Path

from input_pipeline.macro.expressions import CK_PLUS
from input_pipeline.synthetic.macro.content import Content
from input_pipeline.synthetic.macro.faces import APEX, SyntheticFace
from input_pipeline.synthetic.macro.pictures import grey_png, put

_CODES = {name: code for code, name in CK_PLUS.items()}
_IMAGES, _LABELS = "cohn-kanade-images", "Emotion"


def write(root: Path, faces: Sequence[SyntheticFace], traps: bool) -> Content:
    """Writes rendered sequences as CK+ comes; a sequence is never labelled neutral."""
    content = Content()
    shown = [face for face in faces if face.expression != "neutral"]
    last = APEX + 1
    for face in shown:
        subject, sequence = f"S{face.subject:03d}", f"{face.number:03d}"
        stem = f"{subject}_{sequence}"
        for number, frame in enumerate(face.frames, start=1):
            name = f"{stem}_{number:08d}.png"
            put(root / _IMAGES / subject / sequence / name, grey_png(frame))
        label = f"  {_CODES[face.expression]:.7e}\n".encode()
        put(_label(root, subject, sequence, last), label)
    if traps:
        _traps(root, content, shown)
    return content


def _label(root: Path, subject: str, sequence: str, last: int) -> Path:
    name = f"{subject}_{sequence}_{last:08d}_emotion.txt"
    return root / _LABELS / subject / sequence / name


def _traps(root: Path, content: Content, faces: Sequence[SyntheticFace]) -> None:
    face, last = faces[0], APEX + 1
    subject = f"S{face.subject:03d}"
    for sequence, trap, rule, label in (
        ("901", "no label file", "not labelled", None),
        ("902", "an empty label file", "unreadable label", b""),
        ("903", "label 9", "unknown label", b"  9.0000000e+00\n"),
        ("904", "one frame", "too few frames", b"  1.0000000e+00\n"),
    ):
        frames = face.frames[:1] if sequence == "904" else face.frames
        for number, frame in enumerate(frames, start=1):
            name = f"{subject}_{sequence}_{number:08d}.png"
            put(root / _IMAGES / subject / sequence / name, grey_png(frame))
        (root / _LABELS / subject / sequence).mkdir(parents=True, exist_ok=True)
        if label is not None:
            _label(root, subject, sequence, last).write_bytes(label)
        content.plant(trap, "skip", rule, f"{subject}_{sequence}")
    for folder in (root / _IMAGES / subject, root / _LABELS / subject):
        put(folder / ".DS_Store", b"\0")
    put(_label(root, subject, "905", last), b"  1.0000000e+00\n")
    content.plant("no pictures", "skip", "missing pictures", f"{subject}_905")
