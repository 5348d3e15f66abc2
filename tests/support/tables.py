"""Small feature tables."""

import numpy as np

from fgrmer_tf.spec import MEGC2019_CLASSES, NUM_AUS, NUM_PATCHES, PATCH_SIZE
from input_pipeline.feature_table import FeatureTable


def make_table(
    clips=13, channels=3, subjects=5, seed=0, map_size=0, num_variants=0, **replaced
):
    random = np.random.default_rng(seed)
    shape = (clips, NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, channels)
    columns = {
        "patches": random.normal(size=shape).astype(np.float32),
        "label": np.arange(clips, dtype=np.int64) % len(MEGC2019_CLASSES),
        "subject": np.array([f"sub{i % subjects:02d}" for i in range(clips)]),
        "dataset": np.array(["casme2"] * clips),
        "clip": np.array([f"EP{i:02d}_é" for i in range(clips)]),
        "class_names": MEGC2019_CLASSES,
        "au": random.integers(0, 2, (clips, NUM_AUS)).astype(np.uint8),
    }
    if map_size:
        maps = random.normal(size=(clips, map_size, map_size, channels))
        columns["motion_map"] = maps.astype(np.float32)
    if num_variants:
        several = random.normal(size=(clips, num_variants, *shape[1:]))
        columns["variants"] = several.astype(np.float32)
    return FeatureTable(**columns | replaced)
