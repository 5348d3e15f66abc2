"""A clip's patches once more, for training alone: what the variants are and need.

All variants of a clip lie in the clip's own row of the feature table, so that no split
of the rows parts them. The order is: factors, jitters, apex offsets.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fgrmer_tf.config import MotionConfig, VariantConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import NUM_BROW
from input_pipeline.records import Sample

_NUMBERED = re.compile(r"(.*?)(\d+)")


def check(config: VariantConfig, motion: MotionConfig) -> None:
    """Refuses variants that this motion cannot have.

    Raises:
        InputError: If factors are asked of optical flow, whose standardised map does
            not depend on one, or other apex frames of precomputed flow.
    """
    if config.factors and motion.method != "magnet":
        raise InputError(
            "Several magnification factors need the motion `magnet`; a standardised "
            "flow map is the same for each. Received: "
            f"factors={config.factors} with motion={motion.method!r}. Leave the "
            "factors out."
        )
    if config.apex_offsets and motion.method == "precomputed":
        raise InputError(
            "Other apex frames need motion that is measured here; a precomputed flow "
            "image belongs to one apex. Received: "
            f"apex_offsets={config.apex_offsets}. Leave them out."
        )


def describe(config: VariantConfig) -> list[dict[str, Any]]:
    """What each variant is, in order: for the header of a feature store."""
    return [
        *({"factor": factor} for factor in config.factors),
        *({"jitter": config.jitter, "draw": draw} for draw in range(config.jitters)),
        *({"apex_offset": offset} for offset in config.apex_offsets),
    ]


def nearby_frames(sample: Sample, config: VariantConfig) -> tuple[Path | None, ...]:
    """The frames that stand in for the apex.

    They carry the name of the apex frame with another number, whatever its padding, in
    the clip's folder of frames, after the onset and not after the offset.

    Reads:
        The names in `sample.frames_dir`.

    Returns:
        A path for each of `config.apex_offsets`; `None` where there is no such frame.
    """
    apex = _NUMBERED.fullmatch(sample.apex_path.stem)
    folder = sample.frames_dir
    if not config.apex_offsets or apex is None or folder is None or not folder.is_dir():
        return (None,) * len(config.apex_offsets)
    frames: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        match = _NUMBERED.fullmatch(path.stem)
        same_kind = path.suffix == sample.apex_path.suffix
        if match and same_kind and match[1] == apex[1]:
            frames[int(match[2])] = path
    onset = _number(sample.onset_path)
    offset = _number(sample.offset_path)
    middle = int(apex[2])
    first = min(frames, default=middle) if onset is None else onset + 1
    last = max(frames, default=middle) if offset is None else offset
    return tuple(
        frames.get(middle + step) if first <= middle + step <= last else None
        for step in config.apex_offsets
    )


def _number(path: Path | None) -> int | None:
    match = _NUMBERED.fullmatch(path.stem) if path else None
    return int(match[2]) if match else None


def jittered(
    points: np.ndarray, config: VariantConfig, name: str
) -> Iterator[np.ndarray]:
    """The landmarks, moved at random, once for each of `config.jitters`.

    No landmark leaves the box that the landmarks of its region span, brows or mouth: a
    map may have been computed there alone.

    Args:
        points: float `(landmarks, 2)` as (x, y) in the order of
            `spec.PATCH_LANDMARKS` [px of the map].
        config: How many, and how far.
        name: Of the clip. All that is random is a function of it, so that the order in
            which clips are computed changes nothing.
    """
    random = np.random.default_rng(zlib.crc32(name.encode()))
    for _ in range(config.jitters):
        moved = points + random.normal(0, config.jitter, points.shape)
        yield np.concatenate(
            [
                np.clip(moved[rows], points[rows].min(axis=0), points[rows].max(axis=0))
                for rows in (slice(None, NUM_BROW), slice(NUM_BROW, None))
            ]
        )
