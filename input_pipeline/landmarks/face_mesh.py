"""From an image to one face: 468 mesh points and the 68-point scheme, in pixels."""

import dataclasses

import cv2
import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.landmarks import model_files
from input_pipeline.landmarks.detector import Detection, FaceDetector
from input_pipeline.landmarks.litert import LiteRTModel, sigmoid
from input_pipeline.landmarks.scheme68 import to_68

_SIDE = 192
_REGION_SCALE = 1.5
_MIN_PRESENCE = 0.5


class NoFaceError(InputError):
    """An image in which no face was found."""


@dataclasses.dataclass(frozen=True, eq=False)
class Face:
    """The face that was measured.

    Args:
        mesh: float32 `(468, 3)`: (x, y) [px, origin at the centre of the top left
            pixel], and depth z in the same unit, smaller is nearer, from an arbitrary
            zero.
        landmarks: float32 `(68, 2)`, (x, y) [px]: the 68-point scheme.
        score: The detector's confidence, [0.5, 1].
        presence: The mesh model's probability that a face is there, [0.5, 1].
        faces_found: Faces that both models saw, at least 1.
        notes: What a user should know about this measurement, one sentence each.
    """

    mesh: np.ndarray
    landmarks: np.ndarray
    score: float
    presence: float
    faces_found: int
    notes: tuple[str, ...]


class FaceMesh:
    """MediaPipe's face detector and face mesh as one function of an image.

    Not safe across threads: give each thread its own. Safe across processes: a pickled
    FaceMesh carries only `threads` and loads the models again (6 ms).

    Source:
        MediaPipe 0.10.21, `modules/face_landmark/face_landmark_front_cpu.pbtxt`, static
        image mode, 468 points. Agrees with its output to 0.04 px (`docs/landmarks.md`).
        Differs: the largest face is taken, not the one with the best score.

    Args:
        threads: int, at least 1. Threads of one call.

    Raises:
        InputError: At construction, when the models were not fetched.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._detector = FaceDetector(threads)
        self._mesh = LiteRTModel(model_files.MESH, threads)

    def __reduce__(self):
        return FaceMesh, (self._threads,)

    def find(self, image: np.ndarray) -> Face:
        """Measures the largest face of an image.

        Args:
            image: uint8 `(height, width, 3)`, RGB, [0, 255].

        Returns:
            The largest face whose presence the mesh model confirms.

        Raises:
            InputError: If `image` has another shape or dtype, or no pixel.
            NoFaceError: If no face is found, or none is confirmed.
        """
        _check(image)
        height, width = image.shape[:2]
        best = 0.0
        for detections in self._detector.search(image):
            measured = [(face, *self._measure(image, face)) for face in detections]
            best = max((best, *(presence for *_, presence in measured)))
            faces = [face for face in measured if face[2] >= _MIN_PRESENCE]
            if faces:
                detection, mesh, presence = max(faces, key=lambda face: face[0].size)
                landmarks = to_68(mesh)
                notes = _notes(landmarks, width, height, len(faces))
                return Face(
                    mesh, landmarks, detection.score, presence, len(faces), notes
                )
        raise NoFaceError(
            f"An image must show a face. Received: {width}x{height} px, where the best "
            f"candidate is a face with probability {best:.2f} ({_MIN_PRESENCE} is "
            "needed); searched were the whole image, a wider frame around it and "
            "overlapping windows of half its size. Use a frame with an upright, "
            "uncovered face of at least a tenth of the image's longer side."
        )

    def _measure(
        self, image: np.ndarray, detection: Detection
    ) -> tuple[np.ndarray, float]:
        """The mesh `(468, 3)` [px] of one detection and its presence, [0, 1]."""
        eye_line = detection.keypoints[1] - detection.keypoints[0]
        angle = np.arctan2(eye_line[1], eye_line[0])
        scale = _REGION_SCALE * detection.size / _SIDE
        rotation = scale * np.array(
            [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        )
        # Region to image. No half-pixel terms: MediaPipe maps corners to corners.
        shift = detection.box.mean(axis=0) - rotation @ np.full(2, _SIDE / 2)
        region = cv2.warpAffine(
            image,
            np.column_stack([rotation, shift]),
            (_SIDE, _SIDE),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        points, logit = self._mesh(region * np.float32(1 / 255))
        points = points.reshape(-1, 3)
        mesh = np.column_stack(
            [points[:, :2] @ rotation.T + shift, points[:, 2] * scale]
        )
        return mesh.astype(np.float32), sigmoid(logit).item()


def _check(image: np.ndarray) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise InputError(
            "`image` must be uint8 of shape (height, width, 3), RGB. Received: "
            f"{image.dtype} {image.shape}. Read it with `read_image`."
        )
    if 0 in image.shape:
        raise InputError(
            f"`image` must have at least one pixel. Received: {image.shape}."
        )


def _notes(
    landmarks: np.ndarray, width: int, height: int, faces_found: int
) -> tuple[str, ...]:
    notes = []
    if faces_found > 1:
        notes.append(f"{faces_found} faces were found; the largest was measured.")
    if (landmarks < 0).any() or (landmarks > (width - 1, height - 1)).any():
        notes.append(
            "The face is cut by the image border; landmarks beyond it are guesses."
        )
    return tuple(notes)
