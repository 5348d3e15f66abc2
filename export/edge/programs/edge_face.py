"""From two image files to a label, on networks that somebody else loads and runs.

Needs numpy and OpenCV. `load(name)` must give a function of named arrays that returns
named arrays: `edge_onnx.py` and `edge_litert.py` have one each.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

FOLDER = Path(__file__).resolve().parent
DETECTOR_SIDE, MESH_SIDE = 128, 192
ANCHOR_GRIDS = ((16, 2), (8, 6))
"""Cells a side and anchors a cell."""
MIN_SCORE = MIN_PRESENCE = 0.5
MAX_OVERLAP = 0.3
REGION_SCALE = 1.5


def main(load):
    """Reads the arguments, prints one JSON object."""
    parser = argparse.ArgumentParser(description="Two frames to a micro-expression.")
    parser.add_argument("onset", type=Path, help="image: before the expression")
    parser.add_argument("apex", type=Path, help="image: where it is strongest")
    parser.add_argument(
        "--landmarks",
        type=Path,
        help="JSON file of two lists of 68 (x, y), if landmarks are known",
    )
    arguments = parser.parse_args()
    about = json.loads((FOLDER / "edge.json").read_text(encoding="utf-8"))
    frames = [read_image(path) for path in (arguments.onset, arguments.apex)]
    if arguments.landmarks:
        points = json.loads(arguments.landmarks.read_text(encoding="utf-8"))
        points = [np.array(one, np.float32) for one in points]
    else:
        faces = FaceFinder(load, about["mesh_index"])
        points = [faces.landmarks(frame) for frame in frames]
    if frames[0].shape != frames[1].shape:
        raise SystemExit(f"Both frames must have one size: {[f.shape for f in frames]}")
    patches = load("motion")(
        onset=frames[0],
        apex=frames[1],
        landmarks=points[0],
        apex_landmarks=points[1],
    )["patches"]
    probabilities = load("model")(patches=patches[None])["probabilities"][0]
    answer = dict(zip(about["class_names"], probabilities.tolist(), strict=True))
    print(
        json.dumps(
            {
                "label": max(answer, key=lambda name: answer[name]),
                "probabilities": answer,
            }
        )
    )


def read_image(path):
    """uint8 RGB `(height, width, 3)`, upright."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if len(data) else None
    if image is None:
        raise SystemExit(f"{path} is no image that OpenCV reads")
    return image


def sigmoid(values):
    """Probabilities of logits of any size."""
    return 1 / (1 + np.exp(-np.clip(values, -80, 80)))


class FaceFinder:
    """The 68 landmarks of the largest face of an image."""

    def __init__(self, load, mesh_index):
        self.detect, self.mesh = load("face_detector"), load("face_mesh")
        self.mesh_index = mesh_index
        centres = []
        for cells, anchors in ANCHOR_GRIDS:
            y, x = np.divmod(np.arange(cells * cells), cells)
            places = (np.stack([x, y], axis=1) + 0.5) * (DETECTOR_SIDE / cells)
            centres.append(places.repeat(anchors, axis=0))
        self.anchors = np.concatenate(centres).astype(np.float32)

    def landmarks(self, image):
        """float32 `(68, 2)` as (x, y) [px]."""
        for windows in search_order(*image.shape[:2]):
            found = [self.candidates(image, *window) for window in windows]
            points, scores = (
                np.concatenate(parts) for parts in zip(*found, strict=True)
            )
            measured = [
                (float((face[1] - face[0]).max()), *self.measure(image, face))
                for face in merged(points, scores)
            ]
            faces = [face for face in measured if face[2] >= MIN_PRESENCE]
            if faces:
                return max(faces, key=lambda face: face[0])[1][self.mesh_index]
        raise SystemExit("No face was found: use an upright, uncovered face")

    def candidates(self, image, left, top, side):
        """Corners and keypoints `(faces, 8, 2)` in a window, and their scores."""
        part = image[top : top + side, left : left + side]
        height, width = part.shape[:2]
        scale = DETECTOR_SIDE / side
        pad = np.array([side - width, side - height]) / 2
        matrix = np.array([[scale, 0, pad[0] * scale], [0, scale, pad[1] * scale]])
        small = cv2.warpAffine(part, matrix, (DETECTOR_SIDE, DETECTOR_SIDE))
        small = small * np.float32(1 / 127.5) - np.float32(1)
        found = self.detect(input=small[None])
        scores = sigmoid(found["classificators"][0, :, 0])
        kept = scores >= MIN_SCORE
        points = found["regressors"][0][kept].reshape(-1, 8, 2)
        anchors = self.anchors[kept]
        centre, half = points[:, 0] + anchors, points[:, 1] / 2
        points[:, 2:] += anchors[:, None]
        points[:, 0], points[:, 1] = centre - half, centre + half
        return points / scale - pad + (left, top), scores[kept]

    def measure(self, image, face):
        """The mesh `(468, 2)` of a face, and whether there is one, [0, 1]."""
        right = face[3] - face[2]
        angle = np.arctan2(right[1], right[0])
        scale = REGION_SCALE * float((face[1] - face[0]).max()) / MESH_SIDE
        turn = scale * np.array(
            [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        )
        shift = face[:2].mean(axis=0) - turn @ np.full(2, MESH_SIDE / 2)
        region = cv2.warpAffine(
            image,
            np.column_stack([turn, shift]),
            (MESH_SIDE, MESH_SIDE),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        found = self.mesh(input_1=(region * np.float32(1 / 255))[None])
        points = found["conv2d_21"].reshape(-1, 3)[:, :2] @ turn.T + shift
        return points.astype(np.float32), float(sigmoid(found["conv2d_31"]).item())


def search_order(height, width):
    """Squares (left, top, side): the image, a wider one, then halves that overlap."""
    longer = max(height, width)
    half = (longer + 1) // 2
    spare_x, spare_y = max(width - half, 0), max(height - half, 0)
    squares = [
        (left, top, half)
        for top in sorted({0, spare_y // 2, spare_y})
        for left in sorted({0, spare_x // 2, spare_x})
    ]
    return [[(0, 0, longer)], [(0, 0, longer * 3 // 2)], squares]


def merged(points, scores):
    """Means of candidates that overlap, best score first: `(8, 2)` each."""
    order = np.argsort(-scores, kind="stable")
    points, scores = points[order], scores[order]
    faces = []
    while len(scores):
        group = overlap(points[0, :2], points[:, :2]) > MAX_OVERLAP
        group[0] = True
        mean = np.average(points[group], axis=0, weights=scores[group])
        mean = mean.astype(np.float32)
        faces.append(mean)
        centres = points[:, :2].mean(axis=1)
        inside = ((centres > mean[0]) & (centres < mean[1])).all(axis=1)
        points, scores = points[~(group | inside)], scores[~(group | inside)]
    return faces


def overlap(box, boxes):
    """Shared area over joint area."""
    low, high = np.maximum(box[0], boxes[:, 0]), np.minimum(box[1], boxes[:, 1])
    shared = np.maximum(high - low, 0).prod(axis=1)
    areas = (boxes[:, 1] - boxes[:, 0]).prod(axis=1) + (box[1] - box[0]).prod()
    return shared / np.maximum(areas - shared, np.finfo(np.float32).tiny)
