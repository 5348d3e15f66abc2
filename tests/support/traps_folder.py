"""A small CASME II folder without a fault, for a test to plant one fault in."""

import cv2
import numpy as np

from tests.support.casme2_folder import COLUMNS, FRAMES, SHEET, row
from tests.support.native_folder import write_sheet

EMOTIONS = ("happiness", "disgust", "surprise")
SUBJECTS = (1, 2, 3)


def clean_rows():
    """Nine rows: three subjects with a clip of each class, frames 41 to 53."""
    return [
        row(
            subject=subject,
            clip=f"EP{n + 1:02d}_02",
            onset=41,
            apex=47,
            offset=53,
            au=("12", "4+L10", "1+2")[n],
            emotion=emotion,
        )
        for subject in SUBJECTS
        for n, emotion in enumerate(EMOTIONS)
    ]


def write_traps(root, rows=None):
    """The frames of the clean rows, all different, and a sheet of `rows`."""
    rng = np.random.default_rng(7)
    for values in clean_rows():
        folder = frame(root, values[0], values[1], 41).parent
        folder.mkdir(parents=True)
        for number in range(41, 54):
            image = rng.integers(0, 255, (5, 7, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f"img{number}.jpg"), image)
    write_sheet(root / SHEET, COLUMNS, clean_rows() if rows is None else rows)
    return root


def frame(root, subject, clip, number):
    return root / FRAMES / f"sub{int(subject):02d}" / clip / f"img{number}.jpg"
