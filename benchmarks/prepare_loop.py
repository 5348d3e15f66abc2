"""What `benchmarks/prepare.py` compares with: the loop that one would write first.

The same parts, one thread, everything in memory, one file at the end; no shards, no
hashes, no resuming.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import MEGC2019_CLASSES
from input_pipeline.clip_features import ClipExtractor
from input_pipeline.images import read_image
from input_pipeline.records import read_manifest


def main(manifest: str, out: str) -> None:
    """Computes every clip of `manifest` and writes `out` (.npz)."""
    cv2.setNumThreads(1)
    samples = read_manifest(Path(manifest), MEGC2019_CLASSES).samples
    extractor = ClipExtractor(MotionConfig())
    clips = [
        extractor.extract(read_image(sample.onset_path), read_image(sample.apex_path))
        for sample in samples
    ]
    np.savez(
        out,
        patches=np.stack([clip.patches for clip in clips]),
        motion_map=np.stack([clip.motion_map for clip in clips]),
        label=[MEGC2019_CLASSES.index(sample.label) for sample in samples],
        clip=["/".join(sample.key) for sample in samples],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
