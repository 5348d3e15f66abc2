"""Draws the canonical face and the patches on it: the picture of `docs/alignment.md`.

.venv/bin/python benchmarks/draw_alignment.py
"""

from pathlib import Path

import cv2
import numpy as np
import tyro
from PIL import Image, ImageDraw, ImageFont
from skimage.data import astronaut

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import NUM_BROW, PATCH_LANDMARKS, PATCH_SIZE
from input_pipeline.align import CANONICAL, STABLE_LANDMARKS, warp_face
from input_pipeline.aligned_face import align_face
from input_pipeline.landmarks.face_mesh import FaceMesh

SCALE = 4
"""Pixels of the picture a pixel of the map."""
GAP = 16
TITLE = 34
STABLE, BROWS, MOUTH, GRID = "#ff2fd6", "#ffd166", "#7df9ff", "#ffffff50"


def _panel(image: np.ndarray, title: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """The map enlarged, below its title; returned with what draws on the map alone."""
    side = len(image) * SCALE
    large = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    panel = Image.fromarray(large)
    draw = ImageDraw.Draw(panel, "RGBA")
    font = ImageFont.load_default(size=17)
    draw.rectangle((0, 0, side, TITLE - 8), fill="#000000b0")
    draw.text((8, 4), title, font=font, fill="white")
    return panel, draw


def _on_panel(points: np.ndarray) -> np.ndarray:
    # Pixel centres move from x to (x + 0.5) * scale - 0.5.
    return (points + 0.5) * SCALE - 0.5


def _dots(draw: ImageDraw.ImageDraw, points: np.ndarray, colour: str) -> None:
    for point in _on_panel(points):
        draw.circle(tuple(point), 4, fill=colour, outline="black")


def _frame_panel(frame: np.ndarray, landmarks: np.ndarray, size: int):
    """The part of the frame around the face, as it came."""
    middle = landmarks.mean(axis=0)
    half = 0.75 * np.ptp(landmarks, axis=0).max()
    move = np.array([[1, 0, half - middle[0]], [0, 1, half - middle[1]]])
    move *= size / (2 * half)
    cut = cv2.warpAffine(frame, move, (size, size), flags=cv2.INTER_CUBIC)
    panel, draw = _panel(cut, "frame, 68 landmarks, stable points")
    points = landmarks @ move[:, :2].T + move[:, 2]
    _dots(draw, points, "#9dff8a")
    _dots(draw, points[list(STABLE_LANDMARKS)], STABLE)
    return panel


def _canonical_panel(face: np.ndarray):
    panel, draw = _panel(face, "canonical face, side 1")
    size = len(face)
    font = ImageFont.load_default(size=14)
    for tenth in range(1, 10):
        at = tenth / 10 * size * SCALE
        draw.line((at, TITLE, at, size * SCALE), fill=GRID)
        draw.line((0, at, size * SCALE, at), fill=GRID)
    for point in CANONICAL:
        x, y = point * size * SCALE
        draw.line((x - 9, y, x + 9, y), fill=STABLE, width=3)
        draw.line((x, y - 9, x, y + 9), fill=STABLE, width=3)
        draw.text(
            (x, y + 18),
            f"{point[0]:.2f}, {point[1]:.2f}",
            font=font,
            fill=STABLE,
            anchor="mm",
            stroke_width=2,
            stroke_fill="black",
        )
    return panel


def _patch_panel(face: np.ndarray, points: np.ndarray):
    panel, draw = _panel(face, f"{PATCH_SIZE} x {PATCH_SIZE} px around 10 + 20 points")
    half = PATCH_SIZE * SCALE / 2
    for row, (x, y) in enumerate(_on_panel(points[list(PATCH_LANDMARKS)])):
        colour = BROWS if row < NUM_BROW else MOUTH
        box = (x - half, y - half, x + half, y + half)
        draw.rectangle(box, outline=colour, width=2)
    return panel


def main(out: Path = Path("docs/images/canonical_face.png")) -> None:
    """Writes three views of scikit-image's astronaut: frame, canonical face, patches.

    Args:
        out: The PNG file.
    """
    frame = astronaut()
    size = MotionConfig().map_size
    face = FaceMesh().find(frame)
    aligned = align_face(face, frame, size)
    canonical = warp_face(frame, aligned.transform, size)
    panels = [
        _frame_panel(frame, face.landmarks, size),
        _canonical_panel(canonical),
        _patch_panel(canonical, aligned.points),
    ]
    side = size * SCALE
    width = len(panels) * (side + GAP) - GAP
    picture = Image.new("RGB", (width, side), "white")
    for place, panel in enumerate(panels):
        picture.paste(panel, (place * (side + GAP), 0))
    out.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(255).save(out, optimize=True)


if __name__ == "__main__":
    tyro.cli(main)
