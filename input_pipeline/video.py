"""Frames of a video file or of a folder, in order; and a video out of frames."""

import contextlib
import dataclasses
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from fgrmer_tf.errors import InputError

_IMAGES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"}
_CODEC = "mp4v"


def numbered_frames(folder: str | Path) -> list[Path]:
    """The image files of `folder` in the order of the last number in their names.

    Raises:
        InputError: If `folder` is not a folder, or holds no image with a number.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"A clip is a folder of frames. Received: `{folder}`.")
    numbers = {
        path: int(match[-1])
        for path in folder.iterdir()
        if path.suffix.lower() in _IMAGES and (match := re.findall(r"\d+", path.stem))
    }
    if not numbers:
        raise InputError(
            f"`{folder}` must hold numbered frames such as img1.jpg, img2.jpg. "
            "Found none."
        )
    return sorted(numbers, key=lambda path: (numbers[path], path.name))


@dataclasses.dataclass(frozen=True, kw_only=True)
class VideoInfo:
    """What a video file says of itself.

    Args:
        fps: Frame rate [Hz].
        frames: Number of frames, as the file's header says; files may hold fewer.
    """

    fps: float
    frames: int


def _opened(path: Path) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(str(path)) if path.is_file() else None
    if capture is None or not capture.isOpened():
        raise InputError(
            f"A video must be a file that can be decoded. Received: `{path}`."
        )
    return capture


def video_info(path: str | Path) -> VideoInfo:
    """Reads the header of a video file.

    Raises:
        InputError: If the file is missing, no video, or has no frame rate.
    """
    capture = _opened(Path(path))
    fps = capture.get(cv2.CAP_PROP_FPS)
    frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    capture.release()
    if not fps > 0:
        raise InputError(f"`{path}` has no frame rate. Convert it to MP4.")
    return VideoInfo(fps=fps, frames=frames)


def read_video(path: str | Path) -> Iterator[np.ndarray]:
    """Yields the frames of a video file as uint8 RGB, one at a time.

    Raises:
        InputError: At the first frame, if the file is missing or no video.
    """
    capture = _opened(Path(path))
    try:
        while True:
            there, frame = capture.read()
            if not there:
                return
            yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
    finally:
        capture.release()


def write_video(path: str | Path, frames: Iterable[np.ndarray], fps: float) -> int:
    """Writes frames as MP4; the file is there whole or not at all.

    Args:
        path: Target, ending in `.mp4`.
        frames: uint8 RGB of one size.
        fps: Frame rate [Hz].

    Returns:
        Number of frames written.

    Raises:
        InputError: If `path` does not end in `.mp4`, there is no frame, or the encoder
            does not take them.
    """
    path = Path(path)
    if path.suffix.lower() != ".mp4":
        raise InputError(f"A video is written as .mp4. Received: `{path}`.")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{uuid.uuid4().hex}.mp4")
    with contextlib.ExitStack() as stack:
        stack.callback(beside.unlink, missing_ok=True)
        writer, written = None, 0
        for frame in frames:
            if writer is None:
                writer = cv2.VideoWriter(
                    str(beside),
                    cv2.VideoWriter.fourcc(*_CODEC),
                    fps,
                    (frame.shape[1], frame.shape[0]),
                )
                stack.callback(writer.release)
                if not writer.isOpened():
                    raise InputError(
                        f"The encoder takes no frames of {frame.shape[1]}x"
                        f"{frame.shape[0]} px at {fps} Hz."
                    )
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
            written += 1
        if writer is None:
            raise InputError("A video needs at least one frame. Received: none.")
        writer.release()
        os.replace(beside, path)
    return written
