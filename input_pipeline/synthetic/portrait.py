"""The face of one subject at rest, twice as fine as the frames, and its mesh."""

import dataclasses

import cv2
import numpy as np

from input_pipeline.synthetic.fields import carry, face_width
from input_pipeline.synthetic.identity import Identity
from input_pipeline.synthetic.photograph import Photograph
from input_pipeline.synthetic.settings import CameraSettings

FINENESS = 2
"""Portrait pixels a frame pixel: resampling a portrait loses nothing a frame has."""
MARGIN = 48
"""Portrait beyond each border of a frame [px of a frame]."""

_FOREHEAD, _CHIN = 10, 152
_JAW = (172, 397)
# Mesh rings in which there is no skin: both eyes and the inside of the lips.
_OPENINGS = (
    (33, 160, 159, 158, 133, 153, 145, 144),
    (362, 385, 386, 387, 263, 373, 374, 380),
    (78, 82, 13, 312, 308, 317, 14, 87),
)
_GRAIN = 0.03


@dataclasses.dataclass(frozen=True, eq=False)
class Portrait:
    """One subject at rest, upright, in the middle.

    Args:
        image: uint8 `(height, width, 3)`, RGB, `FINENESS` pixels a frame pixel.
        mesh: float64 `(468, 2)`, (x, y) [px of a frame, origin top left of a frame
            that is centred on the portrait].
    """

    image: np.ndarray
    mesh: np.ndarray


def paint(
    identity: Identity, photograph: Photograph, camera: CameraSettings
) -> Portrait:
    """Renders the portrait of one subject: shape, colours, light and skin.

    Args:
        identity: The looks.
        photograph: Mirrored if `identity` says so.
        camera: Frame size and the range of face widths.

    Returns:
        The portrait, `MARGIN` larger than a frame on each side.
    """
    low, high = camera.face_width_px
    width = low + identity.face_part * (high - low)
    scale = face_width(photograph.mesh) / width
    frame_middle = np.array([camera.width, camera.height]) / 2
    photo_middle = photograph.mesh[[_FOREHEAD, _CHIN]].mean(axis=0)
    flat = (photograph.mesh - photo_middle) / scale + frame_middle
    shape = identity.shape_field(flat)
    mesh = carry(flat, shape.at)

    # Positions are measured from corners, as the mesh is; cv2.remap from centres.
    x, y = (
        (np.arange(FINENESS * (size + 2 * MARGIN)) + 0.5) / FINENESS - MARGIN
        for size in (camera.width, camera.height)
    )
    dx, dy = shape.on_grid(x, y)
    columns = (x - dx - frame_middle[0]) * scale + photo_middle[0] - 0.5
    rows = (y[:, None] - dy - frame_middle[1]) * scale + photo_middle[1] - 0.5
    image = cv2.remap(
        photograph.image,
        columns.astype(np.float32),
        rows.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)
    skin, hair, background = _regions(image, mesh, width)
    tint = np.ones_like(image)
    for where, colour in (
        (skin, identity.skin),
        (hair, identity.hair),
        (background, identity.background),
    ):
        tint += where[..., None] * np.float32(colour - 1)
    slope = identity.light / width
    light = np.exp(
        slope[0] * (x - frame_middle[0]) + slope[1] * (y[:, None] - frame_middle[1])
    )
    shade = identity.exposure * light * _grain(skin, identity.grain_seed)
    lit = image * tint * shade[..., None].astype(np.float32)
    return Portrait(np.clip(lit, 0, 255).round().astype(np.uint8), mesh)


def _regions(
    image: np.ndarray, mesh: np.ndarray, width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Soft masks of skin, hair and background, float32 `(height, width)`, [0, 1]."""
    # Skin and hair are warm, the backdrop is grey.
    smooth = cv2.GaussianBlur(image, (0, 0), 3)
    warmth = (smooth[..., 0] - smooth[..., 2]) / (smooth[..., 0] + 8)
    warm = np.clip((warmth - 0.12) / 0.12, 0, 1)
    size = image.shape[:2]
    face = _soft_hull(mesh, size, 0.012 * width)
    for opening in _OPENINGS:
        face *= 1 - _soft_hull(mesh[list(opening)], size, 0.006 * width)
    throat = mesh[list(_JAW)] + [0, 0.55 * width]
    neck = _soft_hull(np.concatenate([mesh, throat]), size, 0.03 * width)
    skin = np.maximum(face, neck * warm)
    crown = mesh[_FOREHEAD] + [0, 0.1 * width]
    angles = np.linspace(0, 2 * np.pi, 60)
    outline = crown + np.stack([0.9 * np.cos(angles), 0.8 * np.sin(angles)], 1) * width
    hair = _soft_hull(outline, size, 0.05 * width) * warm * (1 - neck)
    inside = _soft_hull(mesh, size, 0.006 * width)
    return skin, hair, (1 - warm) * (1 - inside)


def _soft_hull(points: np.ndarray, size: tuple[int, ...], feather: float) -> np.ndarray:
    """The convex hull of points as a mask with a soft border of `feather` frame px."""
    mask = np.zeros(size, np.float32)
    hull = cv2.convexHull(np.round((points + MARGIN) * FINENESS).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 1.0)
    return cv2.GaussianBlur(mask, (0, 0), FINENESS * feather)


def _grain(skin: np.ndarray, seed: int) -> np.ndarray:
    """Factor near 1: pores and freckles, which a small photograph cannot hold."""
    noise = np.random.default_rng(seed).standard_normal(skin.shape, np.float32)
    fine = cv2.GaussianBlur(noise, (0, 0), 1.5)
    coarse = cv2.GaussianBlur(noise, (0, 0), 4)
    grain = (fine - coarse) / (fine - coarse).std()
    return 1 + _GRAIN * grain * (0.25 + 0.75 * skin)


def placed(
    portrait: Portrait,
    x: np.ndarray,
    y: np.ndarray,
    turn: np.ndarray,
    middle: np.ndarray,
    shift: np.ndarray,
) -> np.ndarray:
    """The portrait in a frame, tilted about its middle and shifted.

    Args:
        portrait: From `paint`.
        x: float32 `(height, width)`: where each pixel of the frame lay before it was
            moved [px of the frame], from corners.
        y: As `x`.
        turn: float `(2, 2)`: the tilt.
        middle: `(2,)`: middle of the frame [px].
        shift: `(2,)` [px].

    Returns:
        uint8 RGB `(height, width, 3)`.
    """
    # Frame to portrait: undo shift and tilt, then count portrait pixels.
    back = FINENESS * turn.T
    start = back @ -(middle + shift) + FINENESS * (middle + MARGIN)
    (a, b), (c, d) = back.astype(np.float32)
    e, f = (start - 0.5).astype(np.float32)
    return cv2.remap(
        portrait.image,
        a * x + b * y + e,
        c * x + d * y + f,
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
