"""One clip as a row of the feature table, with where it came from."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fgrmer_tf.errors import InputError
from input_pipeline.au_annotation import au_row
from input_pipeline.clip_features import ClipExtractor, ClipFeatures
from input_pipeline.clip_reading import Source, read_features
from input_pipeline.feature_store.header import hash_of
from input_pipeline.feature_table import COLUMNS, FeatureTable
from input_pipeline.file_names import show
from input_pipeline.findings import Skip
from input_pipeline.records import Sample


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClipRow:
    """What is kept of a clip.

    Args:
        table: Of this clip alone.
        provenance: Files with their SHA-256, head motion, notes.
        notes: What a person should know about its frames.
    """

    table: FeatureTable
    provenance: Mapping[str, Any]
    notes: tuple[str, ...]


def input_hash(sample: Sample, sources: Mapping[str, Source]) -> str:
    """Hash of all that decides the features of one clip, but the settings."""
    files = {name: source.digest for name, source in sources.items()}
    annotated = [*sample.key, sample.label, sample.au, sample.onset, sample.apex]
    return hash_of([annotated, files])


def compute_row(
    extractor: ClipExtractor,
    sample: Sample,
    sources: Mapping[str, Source],
    class_names: Sequence[str],
) -> ClipRow | Skip:
    """Computes one clip.

    Args:
        extractor: Of this process.
        sample: The clip.
        sources: Its files.
        class_names: Names of all classes, in label order.

    Returns:
        Its row, or the rule that left it out.

    Raises:
        RuntimeError: If it fails in a way that no rule foresees.
    """
    name = "/".join(sample.key)
    try:
        clip = read_features(extractor, sample, sources)
        if isinstance(clip, Skip):
            return clip
        table = _table(sample, clip, class_names)
    except InputError as error:
        dataset, subject, name = sample.key
        return Skip(
            dataset=dataset,
            subject=subject,
            clip=name,
            rule="unusable features",
            detail=str(error),
        )
    except Exception as error:
        # Among a million clips, the traceback alone does not say which.
        raise RuntimeError(f"Computing the clip {name} failed: {error!r}.") from error
    files = {
        # Names, not paths: a store is the same wherever its frames lie.
        role: {
            "name": source.path and show(source.path.name),
            "sha256": source.digest,
        }
        for role, source in sources.items()
    }
    provenance = {
        "files": files,
        "head_motion": clip.head_motion,
        "notes": list(clip.notes),
    }
    return ClipRow(table=table, provenance=provenance, notes=clip.notes)


def _table(
    sample: Sample, clip: ClipFeatures, class_names: Sequence[str]
) -> FeatureTable:
    annotated = {
        "label": np.array([class_names.index(sample.label)], np.int64),
        "subject": np.array([sample.subject]),
        "dataset": np.array([sample.dataset]),
        "clip": np.array([sample.clip]),
        "au": au_row(sample.au)[None],
    }
    computed = {
        name: getattr(clip, name)[None] for name in COLUMNS if name not in annotated
    }
    return FeatureTable(class_names=tuple(class_names), **annotated, **computed)
