"""Draws the numbered 68 landmarks: the picture of `docs/landmarks.md`.

.venv/bin/python benchmarks/draw_landmarks.py
"""

from pathlib import Path

import cv2
import numpy as np
import tyro
from PIL import Image, ImageDraw, ImageFont
from skimage.data import astronaut

from input_pipeline.landmarks.face_mesh import FaceMesh

SCALE = 12
MARGIN = 7
# Feature lines as ranges of the scheme, and whether each closes.
LINES = (
    (0, 17, False),
    (17, 22, False),
    (22, 27, False),
    (27, 31, False),
    (31, 36, False),
    (36, 42, True),
    (42, 48, True),
    (48, 60, True),
    (60, 68, True),
)
COLOURS = ("#7df9ff", "#ffd166", "#9dff8a")


def main(out: Path = Path("docs/images/landmarks_68.png")) -> None:
    """Writes the face of scikit-image's astronaut, enlarged, with numbered points.

    Args:
        out: The PNG file.
    """
    image = astronaut()
    landmarks = FaceMesh().find(image).landmarks
    left, top = np.floor(landmarks.min(axis=0)).astype(int) - MARGIN
    right, bottom = np.ceil(landmarks.max(axis=0)).astype(int) + MARGIN
    face = image[top:bottom, left:right]
    large = cv2.resize(face, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
    # Pixel centres move from x to (x + 0.5) * scale - 0.5.
    points = (landmarks - (left, top) + 0.5) * SCALE - 0.5
    picture = Image.fromarray(large)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=17)
    for number, (first, end, closed) in enumerate(LINES):
        colour = COLOURS[number % len(COLOURS)]
        line = points[first:end]
        path = np.vstack([line, line[:1]]) if closed else line
        draw.line([tuple(point) for point in path], fill=colour, width=1)
        for index, point in enumerate(line, start=first):
            draw.circle(tuple(point), 4, fill=colour, outline="black")
            # Labels of the mouth opening go inwards, away from those of the lips.
            away = point - line.mean(axis=0)
            away = away / max(np.linalg.norm(away), 1) * (-19 if first == 60 else 19)
            draw.text(
                tuple(point + away),
                str(index),
                fill=colour,
                font=font,
                anchor="mm",
                stroke_width=2,
                stroke_fill="black",
            )
    out.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(192).save(out, optimize=True)


if __name__ == "__main__":
    tyro.cli(main)
