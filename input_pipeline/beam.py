"""Tasks of `prepare` on Apache Beam: on this machine, Flink, Spark or Dataflow.

Workers read frames and write shards by the paths that this machine uses, so both must
lie where every worker sees them. Beam may run a task twice, or two at once: its files
appear whole and are the same.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import cv2

from fgrmer_tf.errors import InputError
from input_pipeline.findings import Skip
from input_pipeline.shard_task import Job, Tick
from input_pipeline.task import Finished, Task

try:
    import apache_beam as beam
    from apache_beam.metrics.metric import Metrics
    from apache_beam.options.pipeline_options import PipelineOptions
except ImportError as error:
    raise InputError(
        "A runner needs Apache Beam, which is not installed. Install it with "
        "`pip install -r requirements-beam.txt`, or use --workers."
    ) from error

SKIPPED = "skipped"
"""Tag of the dead letters."""


class ComputeShards(beam.DoFn):
    """Tasks to shards; clips that no shard can hold are dead letters.

    Args:
        job: What the tasks share.

    Yields:
        The number of clips of each shard, and each `Skip`, with its reason, under the
        tag `SKIPPED`.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def setup(self) -> None:
        # One process runs several of these; OpenCV must not multiply them.
        cv2.setNumThreads(1)
        self._extractor = self._job.open()

    def process(self, task: Task) -> Iterator[Any]:
        clips = Metrics.counter("fgrmer", "clips")
        finished = self._job.run(task, self._extractor, clips.inc)
        yield finished.shard.clips
        for skip in finished.skipped:
            yield beam.pvalue.TaggedOutput(SKIPPED, skip)


class PrepareShards(beam.PTransform):
    """Tasks to the numbers of clips and, under `SKIPPED`, the dead letters.

    Args:
        job: What the tasks share.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, tasks):
        # Without the reshuffle, a runner may fuse all tasks onto one worker.
        shuffled = tasks | beam.Reshuffle()
        compute = beam.ParDo(ComputeShards(self._job))
        return shuffled | compute.with_outputs(SKIPPED, main="shards")


def run_on_beam(
    job: Job,
    tasks: Sequence[Task],
    tick: Tick,
    *,
    runner: str,
    options: Sequence[str] = (),
) -> Iterable[Finished]:
    """Runs the tasks as a Beam pipeline and waits for its end.

    Args:
        job: What the tasks share.
        tasks: To run.
        tick: Called with all clips, when the pipeline has ended; the runner shows how
            far it is in its own way.
        runner: Name of a Beam runner.
        options: Options of the runner without their dashes.

    Raises:
        InputError: If Beam knows no such option.
        OSError: If the pipeline ended and a shard is not where this machine sees it.
        RuntimeError: If the pipeline fails.
    """
    with beam.Pipeline(options=pipeline_options(runner, options)) as pipeline:
        done: Any = pipeline | beam.Create(tasks) | PrepareShards(job)
        _ = done[SKIPPED] | "Log" >> beam.Map(_log)
    finished = [job.finished(task) for task in tasks]
    lost = sum(one is None for one in finished)
    if lost:
        raise OSError(
            f"{lost} of {len(tasks)} shards are not in `{job.folder}`: every worker "
            "must see that folder"
        )
    tick(sum(len(task.samples) for task in tasks))
    return [one for one in finished if one is not None]


def pipeline_options(runner: str, options: Sequence[str]) -> PipelineOptions:
    """Beam's options.

    Raises:
        InputError: If Beam knows no option of such a name, which it would overlook.
    """
    flags = [f"--{option}" for option in options]
    parsed = PipelineOptions([f"--runner={runner}", *flags])
    known = parsed.get_all_options()
    unknown = [o for o in options if o.partition("=")[0] not in known]
    if unknown:
        raise InputError(
            "Options of a runner must be known to Beam. Received: "
            f"{', '.join(unknown)}. Their names: `python -m apache_beam.pipeline "
            "--help`, written with _ and without dashes."
        )
    return parsed


def _log(skip: Skip) -> None:
    logging.getLogger(__name__).warning(
        "%s/%s/%s: %s: %s",
        skip.dataset,
        skip.subject,
        skip.clip,
        skip.rule,
        skip.detail,
    )
