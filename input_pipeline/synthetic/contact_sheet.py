"""One picture that shows what a synthetic data set holds."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from input_pipeline.synthetic.clip_plan import ClipPlan
from input_pipeline.synthetic.fields import face_width
from input_pipeline.synthetic.render import Truth

DIFFERENCE_GAIN = 12
ARROW_GAIN = 15

_MOST_ROWS = 6
_TILE = (216, 264)
_LABEL_HEIGHT = 22
# Cut out round the middle of the face [face widths].
_CUT = np.array([0.62, 0.62 * _TILE[1] / _TILE[0]])
_INK = (20, 20, 20)
_ARROW = (0, 160, 60)


def contact_sheet(
    plans: Sequence[ClipPlan],
    truths: Sequence[Truth],
    read: Callable[[ClipPlan, int], np.ndarray],
) -> np.ndarray:
    """Draws onset, apex, their amplified difference and the true motion of some clips.

    Each row shows another emotion or other action units than the rows above it.

    Args:
        plans: All clips.
        truths: Their motion, in the same order.
        read: Gives a frame of a clip by its number: uint8 `(height, width, 3)`, RGB.

    Returns:
        uint8 `(height, width, 3)`, RGB.
    """
    rows = [_header()]
    for index in _choose(plans):
        plan, truth = plans[index], truths[index]
        onset, apex = (
            _cut(read(plan, number), truth.mesh_onset)
            for number in (plan.onset, plan.apex)
        )
        tiles = [onset, apex, _difference(onset, apex), _arrows(onset, truth)]
        text = (
            f"sub{plan.subject:02d}/{plan.filename}  {plan.emotion}  "
            f"AU {plan.action_units}  frames {plan.onset} to {plan.apex}  "
            f"peak {plan.peak_px:.2f} px"
        )
        rows += [_label(text, len(tiles) * _TILE[0]), np.concatenate(tiles, axis=1)]
    return np.concatenate(rows)


def _choose(plans: Sequence[ClipPlan]) -> list[int]:
    """Clips of large motion, each with new action units, new subjects first."""
    chosen: list[int] = []
    order = sorted(range(len(plans)), key=lambda k: -plans[k].peak_px)
    for new_subject in (True, False):
        for k in order:
            same_face = any(plans[k].subject == plans[c].subject for c in chosen)
            same_units = any(
                plans[k].action_units == plans[c].action_units for c in chosen
            )
            if same_units or (new_subject and same_face) or len(chosen) == _MOST_ROWS:
                continue
            chosen.append(k)
    return chosen


def _cut(frame: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """The face as one tile."""
    low, scale = _window(mesh)
    matrix = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale]])
    return cv2.warpAffine(frame, matrix, _TILE, borderMode=cv2.BORDER_REPLICATE)


def _window(mesh: np.ndarray) -> tuple[np.ndarray, float]:
    """Top left corner in the frame [px] and tile px a frame px."""
    half = _CUT * face_width(mesh)
    return mesh.mean(axis=0) - half, _TILE[0] / (2 * half[0])


def _difference(onset: np.ndarray, apex: np.ndarray) -> np.ndarray:
    """Grey where nothing changed; smoothed, so that camera noise does not cover it."""
    smooth = [
        cv2.GaussianBlur(cv2.cvtColor(tile, cv2.COLOR_RGB2GRAY), (0, 0), 1.2)
        for tile in (onset, apex)
    ]
    change = DIFFERENCE_GAIN * (smooth[1].astype(np.float32) - smooth[0])
    grey = np.clip(128 + change, 0, 255).astype(np.uint8)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)


def _arrows(onset: np.ndarray, truth: Truth) -> np.ndarray:
    """The displacement of the mesh by action units, drawn on the faded face."""
    tile = (onset // 2 + 120).astype(np.uint8)
    low, scale = _window(truth.mesh_onset)
    starts = (truth.mesh_onset - low) * scale
    ends = starts + ARROW_GAIN * scale * truth.motion
    for start, end in zip(starts, ends, strict=True):
        if np.linalg.norm(end - start) > 2:
            tail, head = np.round([start, end]).astype(int).tolist()
            cv2.arrowedLine(tile, tail, head, _ARROW, 1, cv2.LINE_AA, tipLength=0.3)
    return tile


def _header() -> np.ndarray:
    titles = (
        "onset",
        "apex",
        f"difference x {DIFFERENCE_GAIN}",
        f"true motion x {ARROW_GAIN}",
    )
    return np.concatenate([_label(title, _TILE[0]) for title in titles], axis=1)


def _label(text: str, width: int) -> np.ndarray:
    band = np.full((_LABEL_HEIGHT, width, 3), 255, np.uint8)
    cv2.putText(
        band, text, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.42, _INK, 1, cv2.LINE_AA
    )
    return band
