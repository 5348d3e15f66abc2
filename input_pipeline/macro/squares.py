"""From a picture to the square that TransFER sees."""

import cv2
import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.align import face_transform, warp_face
from input_pipeline.datasets.unusable import UnusableError
from input_pipeline.images import read_image
from input_pipeline.landmarks.face_mesh import FaceMesh, NoFaceError
from input_pipeline.macro.ferplus import SIDE
from input_pipeline.macro.photos import Photo

SMALLEST = 16
"""Least side of a picture [px]."""
LONGEST = 4
"""Most times that a picture is longer than it is wide, or the other way round."""

NO_FACE = "no face found, the middle is used"

# A face of exactly the right size is that only to rounding.
_ROUNDING = 1e-3


def size_problem(width: int, height: int) -> tuple[str, str] | None:
    """The rule that a picture of this size [px] breaks, with a detail; or `None`."""
    detail = f"{width} x {height} px"
    if min(width, height) < SMALLEST:
        return "picture too small", detail
    if max(width, height) > LONGEST * min(width, height):
        return "picture too long", detail
    return None


def photo_problem(photo: Photo, width: int, height: int) -> tuple[str, str] | None:
    """As `size_problem`, of a whole picture and then of the part in its face box."""
    problem = size_problem(width, height)
    if problem or photo.box is None:
        return problem
    left, top, box_width, box_height = photo.box
    part = min(box_width, width - left), min(box_height, height - top)
    if min(part) <= 0:
        return "no face box", f"{photo.box} is outside the picture"
    return size_problem(*part)


def open_photo(photo: Photo) -> np.ndarray:
    """The picture, or the part of it in its face box.

    Returns:
        uint8 `(height, width, 3)`, RGB.

    Raises:
        UnusableError: If it cannot be decoded, is too small or too long, or its box is
            outside.
    """
    if photo.pixels is not None:
        grey = np.frombuffer(photo.pixels, np.uint8).reshape(SIDE, SIDE)
        return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    try:
        image = read_image(photo.path)
    except InputError as error:
        raise UnusableError("unreadable image", str(error)) from error
    problem = photo_problem(photo, image.shape[1], image.shape[0])
    if problem:
        raise UnusableError(*problem)
    if photo.box is None:
        return image
    left, top, width, height = photo.box
    return image[top : top + height, left : left + width]


def square(
    image: np.ndarray, side: int, face_mesh: FaceMesh | None
) -> tuple[np.ndarray, bool]:
    """Cuts a picture to a square.

    Args:
        image: uint8 `(height, width, 3)`, RGB.
        side: Of the square [px].
        face_mesh: Finds the face to align by; `None` takes the middle.

    Returns:
        uint8 `(side, side, 3)`, and whether it is as asked for: false where no face was
        found and the middle stands in.
    """
    if face_mesh is None:
        return _middle(image, side), True
    try:
        landmarks = face_mesh.find(image).landmarks
    except NoFaceError:
        return _middle(image, side), False
    transform = face_transform(landmarks, side)
    # A large face is warped finer first: one cubic step would skip its pixels.
    scale = float(np.sqrt(np.linalg.det(transform[:, :2])))
    times = max(1, int(np.ceil(1 / scale - _ROUNDING)))
    fine = warp_face(image, face_transform(landmarks, times * side), times * side)
    return _resized(fine, side), True


def _middle(image: np.ndarray, side: int) -> np.ndarray:
    height, width = image.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    return _resized(image[top : top + short, left : left + short], side)


def _resized(image: np.ndarray, side: int) -> np.ndarray:
    way = cv2.INTER_AREA if len(image) > side else cv2.INTER_CUBIC
    return cv2.resize(image, (side, side), interpolation=way)
