"""What a store has already, compared with what is asked for."""

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

from fgrmer_tf.errors import InputError
from input_pipeline.feature_store.header import hash_of, read_header
from input_pipeline.feature_store.parts import Part, require_alike
from input_pipeline.feature_store.shards import read_clips
from input_pipeline.findings import Skip
from input_pipeline.records import Sample
from input_pipeline.shard_task import Job


def inputs_key(job: Job, inputs: Iterable[str], left_out: Sequence[Skip]) -> str:
    """Key of a store: hash of settings, rows, files and what was left out of them."""
    findings = [dataclasses.asdict(skip) for skip in left_out]
    return hash_of([job.key(list(inputs)), findings])


def require_equal(
    job: Job, store: Path, samples: Sequence[Sample], left_out: Sequence[Skip]
) -> None:
    """Refuses a store that these clips and settings would not make.

    Reads:
        The files of every sample.

    Raises:
        InputError: If clips, their files, classes or settings differ.
    """
    header = read_header(store)
    inputs = (job.input_hash(sample) for sample in samples)
    if header.settings != job.settings or header.key != inputs_key(
        job, inputs, left_out
    ):
        raise InputError(
            f"`{store}` holds features of other clips or settings. Name another store, "
            "remove it, or add clips of the same settings with `--append`."
        )


def missing_samples(
    job: Job, store: Path, part: Part, samples: Sequence[Sample]
) -> tuple[Sample, ...]:
    """The samples that a store does not have.

    Args:
        job: What the samples would be computed with.
        store: The store, read once.
        part: What is in it.
        samples: Clips that are asked for.

    Raises:
        InputError: If settings or classes differ, or the store has one of the clips
            from another row or other files.
    """
    wanted = {"settings": job.settings, "class_names": job.class_names}
    require_alike(part, dataclasses.replace(part, **wanted))
    present = {
        (clip["dataset"], clip["subject"], clip["clip"]): clip["provenance"]["inputs"]
        for clip in read_clips(store, read_header(store))
    }
    changed = [
        "/".join(sample.key)
        for sample in samples
        if sample.key in present and present[sample.key] != job.input_hash(sample)
    ]
    if changed:
        raise InputError(
            f"`{store}` has {len(changed)} of these clips from other frames or another "
            f"row, the first of them {changed[0]}. Prepare a new store."
        )
    return tuple(sample for sample in samples if sample.key not in present)
