"""RAF-DB as it comes: `basic/EmoLabel` and `basic/Image/aligned`."""

from collections.abc import Sequence
from pathlib import Path

from input_pipeline.macro.expressions import RAF_DB
from input_pipeline.synthetic.macro.content import Content, split_of, subject_name
from input_pipeline.synthetic.macro.faces import SyntheticFace
from input_pipeline.synthetic.macro.pictures import cut, jpeg, put

SIDE = 100
"""Side of an aligned picture [px]."""

_CODES = {name: code for code, name in RAF_DB.items()}
_FOLDER, _LIST = "basic/Image/aligned", "basic/EmoLabel/list_patition_label.txt"


def write(root: Path, faces: Sequence[SyntheticFace], traps: bool) -> Content:
    """Writes faces as RAF-DB comes; contempt, which it does not have, is left out."""
    faces = [face for face in faces if face.expression in _CODES]
    content, lines = Content(), []
    counts = {"train": 0, "test": 0}
    subjects = max(face.subject for face in faces)

    def add(face: SyntheticFace, data: bytes, split: str) -> tuple[str, int]:
        counts[split] += 1
        name = f"{split}_{counts[split]:05d}"
        put(root / _FOLDER / f"{name}_aligned.jpg", data)
        lines.append(f"{name}.jpg {_CODES[face.expression]}")
        content.subjects[name] = subject_name(face)
        return name, len(lines)

    for face in faces:
        add(face, jpeg(cut(face.image, SIDE)), split_of(face, subjects))
    if traps:
        _traps(content, lines)
        first = faces[0]
        content.odd(cut(first.image, SIDE), lambda data: add(first, data, "train"))
    put(root / _LIST, ("\n".join(lines) + "\n").encode())
    return content


def _traps(content: Content, lines: list[str]) -> None:
    for trap, rule, line in (
        ("no picture", "missing picture", "train_99999.jpg 1"),
        ("label 0", "unknown label", "train_00001.jpg 0"),
        ("no label", "line is not a name and a label", "train_88888.jpg"),
        ("no part", "name without train_ or test_", "photo.jpg 4"),
    ):
        lines.append(line)
        name = line.split()[0]
        stem = name if "line" in rule else name.removesuffix(".jpg")
        content.plant(trap, "skip", rule, stem, len(lines))
    lines.append("")
    second = lines[1]
    lines.append(second)
    name = second.split(".")[0]
    content.plant("line twice", "skip", "duplicate picture", name, len(lines))
