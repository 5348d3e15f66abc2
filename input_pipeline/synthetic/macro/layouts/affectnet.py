"""AffectNet as it comes: the older release with tables, the newer with small files."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from input_pipeline.macro.expressions import AFFECTNET
from input_pipeline.synthetic.macro.content import Content, split_of, subject_name
from input_pipeline.synthetic.macro.faces import SyntheticFace
from input_pipeline.synthetic.macro.pictures import CROP, cut, jpeg, put

SIDE = 224
"""Side of a picture of the newer release [px]."""

_CODES = {name: code for code, name in AFFECTNET.items()}
_HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,"
    "expression,valence,arousal"
)
_TABLES = {"train": "training", "test": "validation"}
_PARTS = {"train": "train_set", "test": "val_set"}


def write_tables(root: Path, faces: Sequence[SyntheticFace], traps: bool) -> Content:
    """The older release: two tables, whole frames and the box of the face in them."""
    content = Content()
    rows: dict[str, list[str]] = {"train": [], "test": []}
    subjects = max(face.subject for face in faces)

    def line(name: str, box: str, code: object) -> str:
        return f"{name},{box},10.5;20.25,{code},0.1,-0.2"

    def add(face: SyntheticFace, data: bytes, split: str) -> tuple[str, int]:
        name = f"{face.subject}/{len(rows['train']) + len(rows['test']):08x}.jpg"
        put(root / "Manually_Annotated_Images" / name, data)
        rows[split].append(line(name, _box(face.image), _CODES[face.expression]))
        content.subjects[name] = subject_name(face)
        return name, len(rows[split]) + 1

    for face in faces:
        add(face, jpeg(face.image), split_of(face, subjects))
    if traps:
        name, _ = add(faces[0], jpeg(faces[0].image), "train")
        rows["train"].pop()
        box = _box(faces[0].image)
        for trap, rule, row in (
            ("cells missing", "malformed row", f"{name},1,2,3"),
            ("code 10", "no class", line(name, box, 10)),
            ("code 9", "no class", line(name, box, 9)),
            ("code 11", "unknown label", line(name, box, 11)),
            ("a box below 0", "no face box", line(name, "-1,2,50,50", 1)),
            ("no picture", "missing picture", line("9/none.jpg", box, 1)),
        ):
            rows["train"].append(row)
            content.plant(trap, "skip", rule, row.split(",")[0], len(rows["train"]) + 1)
        content.odd(faces[0].image, lambda data: add(faces[0], data, "train"))
    for split, table in _TABLES.items():
        text = "\n".join([_HEADER, *rows[split]]) + "\n"
        path = root / "Manually_Annotated_file_lists" / f"{table}.csv"
        put(path, text.encode())
    return content


def write_files(root: Path, faces: Sequence[SyntheticFace], traps: bool) -> Content:
    """The newer release: pictures, and a file for each of four annotations."""
    content = Content()
    count, subjects = 0, max(face.subject for face in faces)

    def add(face: SyntheticFace, data: bytes, split: str) -> tuple[str, None]:
        nonlocal count
        part = root / _PARTS[split]
        put(part / "images" / f"{count}.jpg", data)
        code = _CODES[face.expression]
        # The release has text in some files and numbers in others.
        exp = np.array(str(code) if count % 2 else code)
        for kind, value in (
            ("exp", exp),
            ("val", np.array(0.1)),
            ("aro", np.array(-0.2)),
            ("lnd", np.zeros(136)),
        ):
            put(part / "annotations" / f"{count}_{kind}.npy", _npy(value))
        name = f"{part.name}/{count}"
        content.subjects[name] = subject_name(face)
        count += 1
        return name, None

    for face in faces:
        add(face, jpeg(cut(face.image, SIDE)), split_of(face, subjects))
    if traps:
        for trap, rule, value in (
            ("no label file", "missing label", None),
            ("label of letters", "unreadable label", np.array("joy")),
            ("code 8", "no class", np.array(8)),
            ("code 12", "unknown label", np.array(12)),
        ):
            name, _ = add(faces[0], jpeg(cut(faces[0].image, SIDE)), "train")
            path = root / _PARTS["train"] / "annotations" / f"{count - 1}_exp.npy"
            if value is None:
                path.unlink()
            else:
                put(path, _npy(value))
            content.plant(trap, "skip", rule, name)
        image = cut(faces[0].image, SIDE)
        content.odd(image, lambda data: add(faces[0], data, "train"))
    return content


def _box(image: np.ndarray) -> str:
    height, width = image.shape[:2]
    left, top = round(width * (1 - CROP) / 2), round(height * (1 - CROP) / 2)
    return f"{left},{top},{width - 2 * left},{height - 2 * top}"


def _npy(value: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, value, allow_pickle=False)
    return content.getvalue()
