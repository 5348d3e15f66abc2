"""One sample's files to its features, or to the reason why not."""

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fgrmer_tf.config import MotionConfig, VariantConfig
from fgrmer_tf.errors import InputError
from input_pipeline.clip_features import ClipExtractor, ClipFeatures
from input_pipeline.findings import Skip
from input_pipeline.images import decode_image
from input_pipeline.landmarks.face_mesh import NoFaceError
from input_pipeline.records import Sample
from input_pipeline.variants import nearby_frames


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """A file that a clip is made from, as it was read.

    Args:
        path: The file; `None` where the sample has none.
        data: Its bytes; `None` where it could not be read.
        problem: Why not.
    """

    path: Path | None
    data: bytes | None = None
    problem: str = ""

    @property
    def digest(self) -> str | None:
        """SHA-256 of the bytes."""
        return None if self.data is None else hashlib.sha256(self.data).hexdigest()


def read_sources(
    sample: Sample, config: MotionConfig, variants: VariantConfig
) -> dict[str, Source]:
    """Reads every file that the features of `sample` depend on.

    Reads:
        Onset and apex frame, and those near the apex that `variants` asks for; with
        precomputed flow, apex frame and flow image.

    Returns:
        By what it is for: `onset`, `apex`, `flow`, and `apex-2` or the like.
    """
    paths: dict[str, Path | None]
    if config.method == "precomputed":
        paths = {"apex": sample.apex_path, "flow": sample.flow_path}
    else:
        paths = {"onset": sample.onset_path, "apex": sample.apex_path}
        near = nearby_frames(sample, variants)
        for offset, path in zip(variants.apex_offsets, near, strict=True):
            paths[_near(offset)] = path
    return {name: _read(path) for name, path in paths.items()}


def read_features(
    extractor: ClipExtractor, sample: Sample, sources: Mapping[str, Source]
) -> ClipFeatures | Skip:
    """Computes one clip.

    Args:
        extractor: Of this process.
        sample: The clip.
        sources: Of `read_sources`, with the settings of `extractor`.

    Returns:
        Its features, or the rule that left it out.
    """

    def skip(rule: str, detail: str) -> Skip:
        dataset, subject, clip = sample.key
        return Skip(
            dataset=dataset, subject=subject, clip=clip, rule=rule, detail=detail
        )

    onset, apex = sample.onset, sample.apex
    if onset is not None and apex is not None and apex < onset:
        return skip("apex before onset", f"onset {onset}, apex {apex}")
    offsets = extractor.variants.apex_offsets
    near, notes = [], []
    for offset in offsets:
        frame, note = _nearby(sources[_near(offset)])
        near.append(frame)
        notes.extend(note)
    images = []
    for name, source in sources.items():
        if name in map(_near, offsets):
            continue
        if source.path is None:
            return skip("no flow image", "flow_path is empty")
        if source.data is None:
            missing = not source.path.exists()
            rule = "missing frame" if missing else "unreadable image"
            return skip(rule, f"{source.path}: {source.problem}")
        try:
            images.append(decode_image(source.data, str(source.path)))
        except InputError as error:
            return skip("unreadable image", str(error))
    name = "/".join(sample.key)
    try:
        if extractor.config.method == "precomputed":
            features = extractor.extract_precomputed(*images, name=name)
        else:
            features = extractor.extract(*images, near=near, name=name)
    except NoFaceError as error:
        return skip("no face", str(error))
    except InputError as error:
        return skip("unusable frames", str(error))
    return dataclasses.replace(features, notes=(*notes, *features.notes))


def _near(offset: int) -> str:
    return f"apex{offset:+d}"


def _read(path: Path | None) -> Source:
    if path is None:
        return Source(path=None)
    try:
        return Source(path=path, data=path.read_bytes())
    except OSError as error:
        return Source(path=path, problem=error.strerror or str(error))


def _nearby(source: Source) -> tuple[np.ndarray | None, list[str]]:
    """The frame, where it can be had, and what is to say of it otherwise."""
    if source.data is None:
        return None, []
    try:
        return decode_image(source.data, str(source.path)), []
    except InputError as error:
        return None, [str(error)]
