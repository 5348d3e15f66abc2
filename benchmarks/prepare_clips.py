"""Clips for the benchmarks of `prepare`: a few frames under many names.

The frames are scikit-image's astronaut at 640x480, JPEG, one brow or lip corner moved
by a bump of a few pixels; every clip reads and decodes its two files like any other.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from skimage.data import astronaut

from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.records import Sample, write_manifest

APEXES, SUBJECTS = 16, 29
_SIZE = (640, 480)
_SPOTS = ((232, 110), (298, 108), (245, 185), (285, 184))
FGRMER = Path(sys.executable).with_name("fgrmer")


def write_clips(folder: Path, clips: int) -> Path:
    """Writes frames and a manifest of `clips` clips; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    face = cv2.resize(
        np.ascontiguousarray(astronaut()[:384]), _SIZE, interpolation=cv2.INTER_AREA
    )
    _write(folder / "onset.jpg", face)
    for number in range(APEXES):
        spot = _SPOTS[number % len(_SPOTS)]
        moved = _bump(face, spot, 0.5 + number / APEXES)
        _write(folder / f"apex{number:02d}.jpg", moved)
    samples = [
        Sample(
            dataset="benchmark",
            subject=f"s{number % SUBJECTS:02d}",
            clip=f"c{number:06d}",
            label=MEGC2019_CLASSES[number % len(MEGC2019_CLASSES)],
            onset_path=folder / "onset.jpg",
            apex_path=folder / f"apex{number % APEXES:02d}.jpg",
        )
        for number in range(clips)
    ]
    path = folder / f"{clips}.csv"
    write_manifest(path, samples)
    return path


def prepare_command(manifest: Path, store: Path, workers: int) -> list[str]:
    """The command that a user would type."""
    return [
        *(str(FGRMER), "prepare", "--manifest", str(manifest)),
        *("--out", str(store), "--workers", str(workers)),
    ]


def bytes_of(store: Path) -> dict[str, bytes]:
    """Every file of a store, by name."""
    return {path.name: path.read_bytes() for path in store.iterdir()}


def _bump(image: np.ndarray, spot: tuple[int, int], pixels: float) -> np.ndarray:
    y, x = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    distance = (x - spot[0]) ** 2 + (y - spot[1]) ** 2
    shift = pixels * np.exp(-distance / (2 * 15**2)).astype(np.float32)
    return cv2.remap(image, x, y - shift, cv2.INTER_CUBIC)


def _write(path: Path, image: np.ndarray) -> None:
    cv2.imwrite(str(path), image[..., ::-1])
