"""What a store holds, for people and programs."""

import collections
from pathlib import Path
from typing import Any

from fgrmer_tf.errors import InputError
from input_pipeline.feature_store.header import read_header
from input_pipeline.feature_store.shards import read_clips
from input_pipeline.findings import count_rules, read_repairs, read_skips


def summary(store: str | Path) -> dict[str, Any]:
    """Counts and settings, ready for JSON.

    Raises:
        InputError: If `store` is no feature store or a shard is damaged.
    """
    store = Path(store)
    header = read_header(store)
    classes = collections.Counter({name: 0 for name in header.class_names})
    datasets: collections.Counter[str] = collections.Counter()
    subjects = set()
    for clip in read_clips(store, header):
        classes[header.class_names[clip["label"]]] += 1
        datasets[clip["dataset"]] += 1
        subjects.add((clip["dataset"], clip["subject"]))
    return {
        "clips": header.clips,
        "subjects": len(subjects),
        "datasets": dict(datasets),
        "classes": dict(classes),
        "skipped": count_rules(read_skips(store)),
        "repaired": count_rules(read_repairs(store)),
        "shards": len(header.shards),
        "fields": {k: f"{f.dtype} {f.shape}" for k, f in header.fields.items()},
        "settings": header.settings,
        "key": header.key,
    }


def clip_origin(store: str | Path, clip: str) -> dict[str, Any]:
    """Where one clip came from, ready for JSON.

    Args:
        store: The store.
        clip: As `dataset/subject/clip`.

    Raises:
        InputError: If there is no such clip, `store` is no feature store or a shard is
            damaged.
    """
    store = Path(store)
    header = read_header(store)
    for values in read_clips(store, header):
        if clip == f"{values['dataset']}/{values['subject']}/{values['clip']}":
            label = header.class_names[values["label"]]
            return {"clip": clip, "label": label, **values["provenance"]}
    raise InputError(
        f"`{store}` has no clip {clip!r}. Clips are named DATASET/SUBJECT/CLIP; "
        "manifest.csv lists them."
    )
