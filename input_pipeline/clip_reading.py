"""One sample's files to its features, or to the reason why not."""

import hashlib
from pathlib import Path

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.errors import InputError
from input_pipeline.clip_features import ClipExtractor, ClipFeatures
from input_pipeline.findings import Skip
from input_pipeline.images import decode_image
from input_pipeline.landmarks.face_mesh import NoFaceError
from input_pipeline.records import Sample


def image_paths(sample: Sample, config: MotionConfig) -> tuple[Path | None, ...]:
    """The two images that the motion of `sample` is made from, in that order.

    Returns:
        Onset and apex; with precomputed flow, apex and flow image, the latter `None`
        where the sample has none.
    """
    if config.method == "precomputed":
        return sample.apex_path, sample.flow_path
    return sample.onset_path, sample.apex_path


def digests(sample: Sample, config: MotionConfig) -> list[str | None]:
    """SHA-256 of each image; `None` for one that is not there."""
    return [
        hashlib.sha256(path.read_bytes()).hexdigest()
        if path is not None and path.is_file()
        else None
        for path in image_paths(sample, config)
    ]


def read_features(extractor: ClipExtractor, sample: Sample) -> ClipFeatures | Skip:
    """Computes one clip.

    Reads:
        `image_paths`.

    Args:
        extractor: Of this process; its settings say what is read.
        sample: The clip.

    Returns:
        Its features, or the rule that left it out.
    """
    dataset, subject, clip = sample.key

    def skip(rule: str, detail: str) -> Skip:
        return Skip(
            dataset=dataset, subject=subject, clip=clip, rule=rule, detail=detail
        )

    onset, apex = sample.onset, sample.apex
    if onset is not None and apex is not None and apex < onset:
        return skip("apex before onset", f"onset {onset}, apex {apex}")
    images = []
    for path in image_paths(sample, extractor.config):
        if path is None:
            return skip("no flow image", "flow_path is empty")
        if not path.is_file():
            return skip("missing frame", str(path))
        try:
            images.append(decode_image(path.read_bytes(), str(path)))
        except InputError as error:
            return skip("unreadable image", str(error))
    precomputed = extractor.config.method == "precomputed"
    extract = extractor.extract_precomputed if precomputed else extractor.extract
    try:
        return extract(*images)
    except NoFaceError as error:
        return skip("no face", str(error))
    except InputError as error:
        return skip("unusable frames", str(error))
