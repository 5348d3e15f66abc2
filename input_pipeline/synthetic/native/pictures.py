"""Frames as a data set stores them: linked as rendered, or converted."""

import dataclasses
import os
import shutil
from pathlib import Path

import cv2
import numpy as np

from input_pipeline.synthetic.fields import face_width
from input_pipeline.synthetic.rendering import RenderedClip, encode

_QUALITY = 95
# Half the sides of the cut, in widths of the face mesh: 280 x 340 px in CASME II.
_HALF_CUT = np.array([0.5, 0.6])


@dataclasses.dataclass(frozen=True)
class Picture:
    """How frames are stored.

    Args:
        suffix: Ending of the file, which decides the format.
        grey: One channel in place of three.
        cropped: Cut out round the face of the onset frame, the same for a whole clip.
    """

    suffix: str = ".jpg"
    grey: bool = False
    cropped: bool = False

    def put(self, clip: RenderedClip, frame: int, target: Path) -> None:
        """Stores a frame of a clip, without a second copy where none is needed.

        Args:
            clip: Where it comes from.
            frame: Its number in the plan.
            target: File to make.
        """
        if self == AS_RENDERED:
            _link(clip.file(frame), target)
            return
        image = clip.image(frame)
        if self.cropped:
            image = _cut(image, clip.truth.mesh_onset)
        if self.grey:
            image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        options = (cv2.IMWRITE_JPEG_QUALITY, _QUALITY) if self.suffix == ".jpg" else ()
        target.write_bytes(encode(self.suffix, image, *options))


AS_RENDERED = Picture()
"""The rendered file itself."""


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)


def _cut(image: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    middle, half = mesh.mean(axis=0), _HALF_CUT * face_width(mesh)
    low = np.maximum(np.round(middle - half), 0).astype(int)
    high = np.minimum(np.round(middle + half), image.shape[1::-1]).astype(int)
    return image[low[1] : high[1], low[0] : high[0]]
