"""The unit of work of `prepare`: some clips become one shard, and a note that it is so.

A task may be run by anyone, anywhere, twice or at once: its files appear whole, and
what is finished from the same files and settings is not computed again.
"""

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2

from fgrmer_tf import __version__, atomic
from fgrmer_tf.config import MotionConfig, VariantConfig
from input_pipeline.clip_features import ClipExtractor
from input_pipeline.clip_reading import Source, read_sources
from input_pipeline.clip_row import compute_row, input_hash
from input_pipeline.feature_store.header import hash_of
from input_pipeline.feature_store.rows import fields_of, to_record
from input_pipeline.feature_store.shards import is_whole, shard_writer
from input_pipeline.feature_store.work_folder import DONE, SHARDS
from input_pipeline.findings import Skip
from input_pipeline.landmarks import model_files
from input_pipeline.motion import weights_digest
from input_pipeline.records import Sample
from input_pipeline.task import Finished, Task
from input_pipeline.variants import check, describe

Tick = Callable[[int], None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """What all tasks of a store share; goes to every worker.

    Args:
        folder: Work folder of the store.
        class_names: Names of all classes, in label order.
        config: Motion settings.
        variants: What is computed beside the evaluated patches.
        settings: All that decides the features, as the header tells it.
    """

    folder: Path
    class_names: tuple[str, ...]
    config: MotionConfig
    variants: VariantConfig
    settings: Mapping[str, Any]

    def finished(self, task: Task) -> Finished | None:
        """What is noted of `task`; `None` unless its shard is whole."""
        try:
            note = json.loads(self._note(task).read_text(encoding="utf-8"))
            found = Finished.from_json(note)
        except (OSError, ValueError, TypeError, KeyError):
            # Not there, or of another version.
            return None
        whole = not found.shard.clips or is_whole(self.folder / SHARDS, found.shard)
        return found if whole else None

    def open(self) -> ClipExtractor:
        """The models, once for each worker."""
        return ClipExtractor(self.config, self.variants)

    def input_hash(self, sample: Sample) -> str:
        """Hash of all that decides the features of one clip, but the settings."""
        return input_hash(sample, self._sources(sample))

    def key(self, inputs: Sequence[str]) -> str:
        """Hash of the settings and of the `inputs` of some clips."""
        return hash_of([self.settings, self.class_names, list(inputs)])

    def run(self, task: Task, extractor: ClipExtractor, tick: Tick) -> Finished:
        """Computes what is not finished yet.

        Reads:
            The files of every sample.

        Writes:
            The shard into `shards` and then a note of it into `done`.

        Args:
            task: Clips to compute.
            extractor: Of this worker.
            tick: Called with the number of clips just done.

        Raises:
            OSError: If there is no room or no permission.
            RuntimeError: If computing a clip fails in a way that no rule foresees.
        """
        if (found := self.finished(task)) is not None:
            inputs = [self.input_hash(sample) for sample in task.samples]
            if found.key == self.key(inputs):
                tick(len(task.samples))
                return found
        inputs, skipped, notes, fields = [], [], [], {}
        with shard_writer(self.folder / SHARDS, task.number) as shard:
            for sample in task.samples:
                sources = self._sources(sample)
                inputs.append(input_hash(sample, sources))
                clip = compute_row(extractor, sample, sources, self.class_names)
                if isinstance(clip, Skip):
                    skipped.append(clip)
                else:
                    fields = fields_of(clip.table)
                    origin = {"inputs": inputs[-1], **clip.provenance}
                    shard.add(to_record(clip.table, 0, origin))
                    notes.extend(("/".join(sample.key), note) for note in clip.notes)
                tick(1)
        finished = Finished(
            number=task.number,
            key=self.key(inputs),
            inputs=tuple(inputs),
            shard=shard.entry(),
            fields=fields,
            skipped=tuple(skipped),
            notes=tuple(notes),
        )
        atomic.write_json(self._note(task), dataclasses.asdict(finished))
        return finished

    def _sources(self, sample: Sample) -> dict[str, Source]:
        return read_sources(sample, self.config, self.variants)

    def _note(self, task: Task) -> Path:
        return self.folder / DONE / f"{task.number:05d}.json"


def new_job(
    folder: Path,
    class_names: Sequence[str],
    config: MotionConfig,
    variants: VariantConfig,
    chosen: Mapping[str, Any],
) -> Job:
    """A job with the settings that its header will tell.

    Raises:
        InputError: If there are no such weights, or no such variants of this motion.
    """
    check(variants, config)
    settings = {
        **chosen,
        "motion": dataclasses.asdict(config),
        "models": {"landmarks": model_files.DIGESTS, "motion": weights_digest(config)},
        "fgrmer_tf": __version__,
    }
    if variants.count:
        settings["variants"] = describe(variants)
        settings["variant_config"] = dataclasses.asdict(variants)
    return Job(
        folder=folder,
        class_names=tuple(class_names),
        config=config,
        variants=variants,
        # As JSON gives it back, so that it can be compared with a header.
        settings=json.loads(json.dumps(settings)),
    )


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """OpenCV on one thread: workers would fight, and results must not depend on it."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def run_here(job: Job, tasks: Sequence[Task], tick: Tick) -> Iterator[Finished]:
    """Runs the tasks in this process, one after the other."""
    with one_thread():
        extractor = job.open()
        for task in tasks:
            yield job.run(task, extractor, tick)
