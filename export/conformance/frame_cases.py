"""Requests with images: for models that take frames, see `export.frames`."""

import functools
from typing import Any

import cv2
import numpy as np

from export.conformance import images
from export.conformance.rest_case import OK, Case, b64
from export.conformance.target import Target
from export.frames.sample import as_inputs, sample_clips
from export.signature import APEX, FRAMES_SIGNATURE, ONSET
from input_pipeline.images import decode_image

_EXIF_ORIENTATION = (
    b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
)


def cases(target: Target) -> dict[str, tuple[Case, ...]]:
    """All requests by row; none where the model takes no frames."""
    return _cases() if FRAMES_SIGNATURE in target.metadata else {}


@functools.cache
def _cases() -> dict[str, tuple[Case, ...]]:
    onset = decode_image(_clip()[ONSET][0], "onset")
    grey = cv2.cvtColor(onset, cv2.COLOR_BGR2GRAY)
    taken = {
        "grey": grey,
        "RGBA": cv2.cvtColor(onset, cv2.COLOR_BGR2BGRA),
        "16 bits": onset.astype(np.uint16) * 257,
    }
    jpeg = cv2.imencode(".jpg", onset)[1].tobytes()
    size = (len(_EXIF_ORIENTATION) + 2).to_bytes(2, "big")
    turned = jpeg[:2] + b"\xff\xe1" + size + _EXIF_ORIENTATION + jpeg[2:]
    return {
        "B16": _refused(images.NOT_IMAGES),
        "B17": _refused(images.bombs(), seconds=images.BOMB_SECONDS),
        "B18": _refused(images.ANIMATED),
        "B19": (
            *(
                Case(
                    name=f"frame, {kind}",
                    body=_asked(cv2.imencode(".png", image)[1].tobytes()),
                    status=(OK,),
                )
                for kind, image in taken.items()
            ),
            Case(name="frame, turned by Exif", body=_asked(turned), says="upright"),
        ),
    }


def _clip() -> dict[str, Any]:
    return as_inputs(sample_clips(1))


def _asked(onset: bytes) -> dict[str, Any]:
    """A request to `frames` with another onset."""
    clip = _clip()
    files = {ONSET: [b64(onset)], APEX: [b64(data) for data in clip[APEX]]}
    points = {name: clip[name].tolist() for name in clip.keys() - files.keys()}
    return {"signature_name": FRAMES_SIGNATURE, "inputs": files | points}


def _refused(files: dict[str, bytes], seconds: float = 60.0) -> tuple[Case, ...]:
    return tuple(
        Case(
            name=f"frame, {kind}",
            body=_asked(data),
            seconds=seconds,
        )
        for kind, data in files.items()
    )
