"""A tiny folder in CASME II's native layout, each row as the test wants it."""

import cv2
import pandas as pd

from tests.support.faces import bulge, portrait

COLUMNS = (
    "Subject",
    "Filename",
    "Unnamed: 2",
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    "Unnamed: 6",
    "Action Units",
    "Estimated Emotion",
)
SHEET = "CASME2-coding-20140508.xlsx"
BROW = (198, 87)
"""Where `portrait` has a brow, (x, y) [px]; apex frames move it down."""
FRAMES = "CASME2_RAW_selected"


def row(subject=1, clip="EP02_01f", onset=46, apex=59, offset=86, au="4+L10", **other):
    values = (subject, clip, None, onset, apex, offset, None, au)
    return [*values, other.get("emotion", "disgust")]


def three_class_rows():
    """Two subjects with one clip of each class."""
    emotions = ("happiness", "disgust", "surprise")
    return [
        row(subject=subject, clip=f"EP{n:02d}", emotion=emotion, au="12")
        for subject in (1, 2)
        for n, emotion in enumerate(emotions)
    ]


def write_frames(root, subject, clip, numbers, images=None):
    folder = root / FRAMES / f"sub{int(subject):02d}" / clip
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        image = (images or {}).get(number, portrait())
        cv2.imwrite(str(folder / f"img{number}.jpg"), image[..., ::-1])
    return folder


def write_casme2_folder(root, rows, columns=COLUMNS):
    """The sheet, and onset, apex and offset frame of each row that has numbers."""
    root.mkdir(exist_ok=True)
    (root / FRAMES).mkdir(exist_ok=True)
    pd.DataFrame(rows, columns=columns).to_excel(root / SHEET, index=False)
    for place, values in enumerate(rows):
        numbers = [n for n in values[3:6] if isinstance(n, int)]
        # No two clips alike: the same features twice would be a leak.
        apex = {numbers[-2]: bulge(portrait(), BROW, (0, 2 + place / 10), radius=12)}
        write_frames(root, values[0], values[1], numbers, apex)
    return root
