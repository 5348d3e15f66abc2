"""FERPlus and FER2013 as they come: votes, pixels, and folders of grey pictures."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from input_pipeline.macro.ferplus import SIDE, USAGES
from input_pipeline.macro.ferplus_votes import VOTES
from input_pipeline.synthetic.macro.content import Content, split_of, subject_name
from input_pipeline.synthetic.macro.faces import SyntheticFace
from input_pipeline.synthetic.macro.pictures import cut, grey_png, put

_USAGE_OF = {split: usage for usage, (_, split) in USAGES.items()}
_FER2013 = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
# Nobody is agreed on by all: what two of ten taggers say instead.
_SECOND = {"surprise": "fear", "fear": "surprise"}
_TRAPS: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("a tie", "no majority", {"anger": 5, "fear": 5}),
    ("mostly unknown", "most votes unknown", {"unknown": 7, "sadness": 3}),
    ("mostly no face", "most votes for no face", {"NF": 8, "neutral": 2}),
    ("nobody agrees", "single votes only", {"anger": 1, "fear": 1, "neutral": 1}),
)


def write(root: Path, faces: Sequence[SyntheticFace], traps: bool) -> Content:
    """Writes faces as FERPlus comes, beside FER2013's own table."""
    content, rows, pixels = Content(), [], []
    subjects = max(face.subject for face in faces)

    def add(image: np.ndarray, usage: str, votes: dict[str, int], named: bool) -> str:
        name = f"fer{len(rows):07d}"
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if named:
            put(root / USAGES[usage][0] / f"{name}.png", grey_png(image))
        rows.append(
            [usage, f"{name}.png" if named else "", *(votes.get(k, 0) for k in VOTES)]
        )
        leader = max(votes, key=lambda key: votes[key])
        code = _FER2013.index(leader) if leader in _FER2013 else _FER2013.index("anger")
        pixels.append([code, " ".join(map(str, grey.ravel())), usage])
        return name

    for face in faces:
        split = split_of(face, subjects)
        usage = _USAGE_OF[split]
        # Every fifth training picture is of the part that FER2013 calls public test.
        if split == "train" and face.number % 5 == 0:
            usage = _USAGE_OF["validation"]
        second = _SECOND.get(face.expression, "neutral")
        votes = {face.expression: 8, second: 2}
        if second == face.expression:
            votes = {face.expression: 10}
        name = add(cut(face.image, SIDE), usage, votes, True)
        content.subjects[name] = subject_name(face)
    if traps:
        image = cut(faces[0].image, SIDE)
        for trap, rule, votes in _TRAPS:
            name = add(image, "Training", votes, True)
            content.subjects[name] = subject_name(faces[0])
            content.plant(trap, "skip", rule, name, len(rows) + 1)
        add(image, "Training", {"NF": 10}, False)
        content.plant("no name", "skip", "not a face", "", len(rows) + 1)
    _write(root / "fer2013new.csv", ("Usage", "Image name", *VOTES), rows)
    _write(root / "fer2013.csv", ("emotion", "pixels", "Usage"), pixels)
    return content


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    put(path, text.getvalue().encode())
