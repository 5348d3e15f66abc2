"""Preparing a feature store: every clip's frames to patches, skips recorded."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fgrmer_tf.config import NO_VARIANTS, MotionConfig, VariantConfig
from fgrmer_tf.errors import InputError
from input_pipeline.feature_store.header import StoreHeader, read_header
from input_pipeline.feature_store.parts import (
    Part,
    read_part,
    require_alike,
    write_lists,
)
from input_pipeline.feature_store.shards import shard_number
from input_pipeline.feature_store.work_folder import WorkFolder
from input_pipeline.findings import Skip, count_rules, read_skips
from input_pipeline.records import Manifest, Sample, keep_unique
from input_pipeline.shard_task import Job, Tick, new_job, run_here
from input_pipeline.stored_clips import inputs_key, missing_samples, require_equal
from input_pipeline.task import Finished, Task, tasks_of

Progress = Callable[[int, int], None]
Execute = Callable[[Job, Sequence[Task], Tick], Iterable[Finished]]
"""How tasks are run: `run_here`, or `run_in_processes` or `run_on_beam` with their
options."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prepared:
    """What `prepare` did.

    Args:
        header: Header of the store.
        skipped: Clips left out, those of the manifest first.
        notes: `(clip key, note)` of clips that are in, with something to know.
        reused: Whether an equal store was there already and nothing was computed.
    """

    header: StoreHeader
    skipped: tuple[Skip, ...]
    notes: tuple[tuple[str, str], ...] = ()
    reused: bool = False


def prepare(
    manifest: Manifest,
    store: str | Path,
    *,
    class_names: Sequence[str],
    config: MotionConfig,
    variants: VariantConfig = NO_VARIANTS,
    chosen: Mapping[str, Any] = MappingProxyType({}),
    append: bool = False,
    shard_clips: int | None = None,
    execute: Execute = run_here,
    progress: Progress = lambda done, total: None,
) -> Prepared:
    """Computes every clip's patches and writes the feature store.

    The bytes of the store depend on clips and settings alone, not on who computed them
    or how often it was interrupted.

    Reads:
        Onset and apex frame of every sample.

    Writes:
        The folder `store`, whole or not at all. Until then finished shards lie in the
        hidden folder `.NAME.work` beside it; a run that was stopped or killed goes on
        from there. An equal store is left as it is.

    Args:
        manifest: Clips to compute.
        store: Target folder.
        class_names: Names of all classes, in label order.
        config: Motion settings.
        variants: What is computed beside the evaluated patches.
        chosen: Further settings for the header, such as those that made the manifest.
        append: Whether the clips are added to a store that is there. Those it has are
            not computed again; those it left out are tried again.
        shard_clips: Clips that share a file and are computed as one task; `None`
            chooses it by their number.
        execute: How the tasks are run.
        progress: Called with the clips done and the clips in all.

    Raises:
        InputError: If the manifest has no sample or a label that is no class, every
            clip is skipped, `store` holds something else, another process makes it, or
            there is nothing to append to.
        OSError: If there is no room or no permission. What is finished is kept.
    """
    store = Path(store)
    unique = keep_unique(manifest.samples)
    samples = unique.samples
    left_out = (*manifest.skipped, *unique.skipped)
    _require_samples(samples, left_out, class_names)
    if append and not store.exists():
        raise InputError(
            f"Only a store that is there can be added to. Received: `{store}`. Check "
            "the path, or leave out `append` to make it."
        )
    job = new_job(
        WorkFolder.place(store.absolute()), class_names, config, variants, chosen
    )
    if store.exists() and not append and not job.folder.exists():
        require_equal(job, store, samples, left_out)
        return _unchanged(store, progress)
    with WorkFolder(store) as work:
        if store.exists() and not append:
            require_equal(job, store, samples, left_out)
            # Shards there are of an addition that was stopped, and can go on.
            if not any(work.shards.iterdir()):
                work.discard()
            return _unchanged(store, progress)
        old = read_part(store) if append else None
        if old is not None:
            samples = missing_samples(job, store, old, samples)
            if not samples:
                work.discard()
                return _unchanged(store, progress)
        finished = _compute(job, old, samples, shard_clips, execute, progress)
        skipped = tuple(skip for one in finished for skip in one.skipped)
        gone = {(skip.dataset, skip.subject, skip.clip) for skip in skipped}
        kept = tuple(sample for sample in samples if sample.key not in gone)
        skipped = (*left_out, *skipped)
        if not kept:
            work.discard()
            raise InputError(
                f"Every clip was skipped{_counts(skipped)}. Nothing written."
            )
        new = Part(
            key=inputs_key(job, (i for one in finished for i in one.inputs), left_out),
            class_names=job.class_names,
            settings=job.settings,
            fields=next(one.fields for one in finished if one.fields),
            shards=tuple(one.shard for one in finished if one.shard.clips),
            samples=kept,
            skipped=skipped,
            repairs=manifest.repairs,
        )
        parts = [new]
        if old is not None:
            require_alike(old, new)
            work.adopt(old.shards)
            parts = [old, new]
        header = write_lists(work.shards, parts)
        work.commit(header)
    notes = tuple(note for one in finished for note in one.notes)
    return Prepared(header=header, skipped=skipped, notes=notes)


def _compute(
    job: Job,
    old: Part | None,
    samples: Sequence[Sample],
    shard_clips: int | None,
    execute: Execute,
    progress: Progress,
) -> list[Finished]:
    first = 1 + max(shard_number(s.name) for s in old.shards) if old else 0
    tasks = tasks_of(samples, first, shard_clips)
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        progress(done, len(samples))

    progress(0, len(samples))
    try:
        finished = list(execute(job, tasks, tick))
    except OSError as error:
        kept = "what is finished is kept, and the same command goes on from there"
        if error.strerror is None:
            raise OSError(f"{error}; {kept}") from error
        text = f"{error.strerror}; {kept}"
        raise OSError(error.errno, text, error.filename) from error
    return sorted(finished, key=lambda one: one.number)


def _unchanged(store: Path, progress: Progress) -> Prepared:
    header = read_header(store)
    progress(header.clips, header.clips)
    return Prepared(header=header, skipped=read_skips(store), reused=True)


def _require_samples(samples, left_out, class_names) -> None:
    if not samples:
        raise InputError(
            f"The data set is empty: no usable clip, {len(left_out)} left out"
            f"{_counts(left_out)}. See `fgrmer check`."
        )
    unknown = {sample.label for sample in samples} - set(class_names)
    if unknown:
        raise InputError(
            f"Labels must be among the classes {', '.join(class_names)}. Received: "
            f"{', '.join(sorted(unknown))}."
        )


def _counts(skipped: Sequence[Skip]) -> str:
    parts = [f"{count} {rule}" for rule, count in count_rules(skipped).items()]
    return f" ({', '.join(parts)})" if parts else ""
