"""A picture of one prediction: the face, how it moved, and what the model says."""

import io

import numpy as np
from matplotlib.figure import Figure

from fgrmer_tf.spec import PATCH_LANDMARKS

_MARGIN = 0.25
_LONGEST_ARROW = 0.12


def draw_overlay(
    onset: np.ndarray,
    apex: np.ndarray,
    landmarks: np.ndarray,
    apex_landmarks: np.ndarray,
    motion: np.ndarray,
    probabilities: dict[str, float],
) -> bytes:
    """Draws onset, apex with motion arrows, and the class probabilities.

    Arrows show direction and relative strength: the longest is 12 % of the face.
    Motion without direction is drawn as points of that strength.

    Args:
        onset: uint8 RGB `(height, width, 3)`.
        apex: uint8 RGB, same shape.
        landmarks: float `(68, 2)` as (x, y) on the onset frame [px].
        apex_landmarks: float `(68, 2)` as (x, y) on the apex frame [px].
        motion: float `(landmarks, 2)`: mean u, v of each patch, in frame axes; or
            `(landmarks, 1)`, at least 0.
        probabilities: Class name to probability, in label order.

    Returns:
        PNG bytes.
    """
    rows = list(PATCH_LANDMARKS)
    side = float(np.ptp(landmarks, axis=0).max())
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    faces = figure.subplots(1, 3, width_ratios=(1, 1, 0.9))
    for axes, frame, points, title in (
        (faces[0], onset, landmarks, "onset"),
        (faces[1], apex, apex_landmarks, "apex, motion since onset"),
    ):
        axes.imshow(frame)
        axes.set_title(title)
        axes.set_axis_off()
        low, high = points.min(axis=0), points.max(axis=0)
        axes.set_xlim(low[0] - _MARGIN * side, high[0] + _MARGIN * side)
        axes.set_ylim(high[1] + _MARGIN * side, low[1] - _MARGIN * side)
    faces[0].scatter(*landmarks[rows].T, s=8, c="#00d0ff")
    _draw_motion(faces[1], apex_landmarks[rows], motion, side)
    names = list(probabilities)
    best = max(names, key=lambda name: probabilities[name])
    colours = ["#1f6feb" if name == best else "#9aa4b2" for name in names]
    bars = faces[2].barh(names, list(probabilities.values()), color=colours)
    faces[2].bar_label(bars, fmt="{:.2f}", padding=3)
    faces[2].set_xlim(0, 1.15)
    faces[2].invert_yaxis()
    faces[2].set_title(f"{best} ({probabilities[best]:.0%})")
    faces[2].set_xlabel("probability")
    faces[2].spines[["top", "right"]].set_visible(False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    return picture.getvalue()


def _draw_motion(axes, points: np.ndarray, motion: np.ndarray, side: float) -> None:
    strength = np.linalg.norm(motion, axis=1)
    relative = motion / max(float(strength.max()), 1e-9)
    if motion.shape[1] == 1:
        axes.scatter(*points.T, s=90 * relative[:, 0], c="#ffe000", edgecolors="black")
        return
    axes.quiver(
        *points.T,
        *(relative * (_LONGEST_ARROW * side)).T,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.007,
        color="#ffe000",
        edgecolor="black",
        linewidth=0.4,
    )
