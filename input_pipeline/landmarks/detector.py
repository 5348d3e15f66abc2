"""MediaPipe's short-range face detector: boxes and six keypoints a face."""

import dataclasses
from collections.abc import Iterator
from typing import TypeAlias

import cv2
import numpy as np

from input_pipeline.landmarks import model_files
from input_pipeline.landmarks.litert import LiteRTModel, sigmoid

_SIDE = 128
# Cells a side and anchors a cell: one layer of stride 8, then three of stride 16.
_ANCHOR_GRIDS = ((16, 2), (8, 6))
_MIN_SCORE = 0.5
_MAX_IOU = 0.3


Window: TypeAlias = tuple[int, int, int]
"""Left, top and side of a square [px]; what lies beyond the image is black."""


@dataclasses.dataclass(frozen=True)
class Detection:
    """One face as the detector sees it.

    Args:
        box: float32 `(2, 2)`: left top and right bottom corner, (x, y) [px].
        keypoints: float32 `(6, 2)`, (x, y) [px]: image-left eye, image-right eye, nose
            tip, mouth, image-left ear, image-right ear.
        score: Confidence, [0.5, 1].
    """

    box: np.ndarray
    keypoints: np.ndarray
    score: float

    @property
    def size(self) -> float:
        """Longer side of the box [px]."""
        return float((self.box[1] - self.box[0]).max())


class FaceDetector:
    """Finds faces in an image. Not safe across threads.

    Source:
        MediaPipe 0.10.21, `modules/face_detection/face_detection_short_range.pbtxt`.
        Differs: where the whole image shows no face, it is searched further.

    Args:
        threads: int, at least 1. Threads of one call.

    Raises:
        InputError: At construction, when the model was not fetched.
    """

    def __init__(self, threads: int = 1) -> None:
        self._model = LiteRTModel(model_files.DETECTOR, threads)
        self._anchors = anchor_centres()

    def search(self, image: np.ndarray) -> Iterator[list[Detection]]:
        """Searches the whole image, then, when asked for more, as `search_order` says.

        Args:
            image: uint8 `(height, width, 3)`, RGB, [0, 255].

        Yields:
            One detection a face, best score first; empty when a step found none.
        """
        for step in search_order(*image.shape[:2]):
            points, scores = zip(
                *(self._candidates(image, window) for window in step), strict=True
            )
            yield merge(np.concatenate(points), np.concatenate(scores))

    def _candidates(
        self, image: np.ndarray, window: Window
    ) -> tuple[np.ndarray, np.ndarray]:
        """Points `(faces, 8, 2)` [px] and scores `(faces,)` before suppression."""
        left, top, side = window
        part = image[top : top + side, left : left + side]
        height, width = part.shape[:2]
        scale = _SIDE / side
        pad = np.array([side - width, side - height]) / 2
        # No half-pixel terms: MediaPipe maps corners to corners.
        to_input = np.array([[scale, 0, pad[0] * scale], [0, scale, pad[1] * scale]])
        small = cv2.warpAffine(part, to_input, (_SIDE, _SIDE))
        boxes, logits = self._model(small * np.float32(1 / 127.5) - np.float32(1))
        scores = sigmoid(logits[:, 0])
        kept = scores >= _MIN_SCORE
        points = boxes[kept].reshape(-1, 8, 2)
        centre, half = points[:, 0] + self._anchors[kept], points[:, 1] / 2
        points[:, 2:] += self._anchors[kept][:, None]
        points[:, 0], points[:, 1] = centre - half, centre + half
        return points / scale - pad + (left, top), scores[kept]


def anchor_centres() -> np.ndarray:
    """Centres of the 896 anchors: float32 `(anchors, 2)`, (x, y) [px of the input]."""
    layers = []
    for cells, anchors in _ANCHOR_GRIDS:
        y, x = np.divmod(np.arange(cells * cells), cells)
        centres = (np.stack([x, y], axis=1) + 0.5) * (_SIDE / cells)
        layers.append(centres.repeat(anchors, axis=0))
    return np.concatenate(layers).astype(np.float32)


def search_order(height: int, width: int) -> list[list[Window]]:
    """Windows of an image in the order in which they are tried.

    The network sees 128 px a side of its window. In the whole image it finds faces from
    about an eighth of the longer side up to the image's size; in one and a half times
    the image, faces cropped closer than that; in half-overlapping squares of half the
    longer side, faces half as small.
    """
    longer = max(height, width)
    half = (longer + 1) // 2
    spare_x, spare_y = max(width - half, 0), max(height - half, 0)
    squares = [
        (left, top, half)
        for top in sorted({0, spare_y // 2, spare_y})
        for left in sorted({0, spare_x // 2, spare_x})
    ]
    return [[(0, 0, longer)], [(0, 0, longer * 3 // 2)], squares]


def merge(points: np.ndarray, scores: np.ndarray) -> list[Detection]:
    """Weighted non-maximum suppression: overlapping candidates become their mean.

    A candidate that overlaps less but is centred in the group's box is part of the same
    face and is dropped.

    Args:
        points: `(candidates, 8, 2)`: both box corners, then six keypoints [px].
        scores: `(candidates,)`, [0, 1]: the weights of the mean.

    Returns:
        One detection a group, best score first; its score is the group's best.
    """
    order = np.argsort(-scores, kind="stable")
    points, scores = points[order], scores[order]
    found = []
    while len(scores):
        group = _iou(points[0, :2], points[:, :2]) > _MAX_IOU
        # A box without area overlaps nothing, itself included.
        group[0] = True
        mean = np.average(points[group], axis=0, weights=scores[group])
        mean = mean.astype(np.float32)
        found.append(Detection(mean[:2], mean[2:], float(scores[0])))
        centres = points[:, :2].mean(axis=1)
        inside = ((centres > mean[0]) & (centres < mean[1])).all(axis=1)
        points, scores = points[~(group | inside)], scores[~(group | inside)]
    return found


def _iou(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    low = np.maximum(box[0], boxes[:, 0])
    high = np.minimum(box[1], boxes[:, 1])
    shared = np.maximum(high - low, 0).prod(axis=1)
    areas = (boxes[:, 1] - boxes[:, 0]).prod(axis=1) + (box[1] - box[0]).prod()
    return shared / np.maximum(areas - shared, np.finfo(np.float32).tiny)
