"""`fgrmer prepare`: data-set folders to a feature store."""

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fgrmer_tf.cli.console import count_table, progress, say, start_landmarks
from fgrmer_tf.cli.data_sets import FrameKind, MissingApex, load
from fgrmer_tf.config import (
    NO_VARIANTS,
    MagnetArea,
    MagnetMap,
    Motion,
    MotionConfig,
    VariantConfig,
)
from fgrmer_tf.errors import InputError
from input_pipeline.label_sets.label_set import DEFAULT, ClassSet, label_set

if TYPE_CHECKING:
    from input_pipeline.prepare import Execute, Prepared
    from input_pipeline.records import Manifest

Runner = Literal["DirectRunner", "FlinkRunner", "SparkRunner", "DataflowRunner"]
_NOTES_SHOWN = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prepare:
    """Computes the patches of every clip and writes a feature store.

    A run that was stopped or killed goes on where it was when it is started again.
    """

    out: Path
    """Store to make."""
    data: tuple[str, ...] = ()
    """Data sets as DATASET=ROOT, such as casme2=/data/CASME2."""
    manifest: Path | None = None
    """A manifest CSV in place of --data."""
    classes: ClassSet = DEFAULT
    """Which classes, and which clips are in them."""
    frames: FrameKind = "any"
    """Which frames are read where a data set has both."""
    missing_apex: MissingApex = "leave-out"
    """Whether the middle frame stands for an apex that is not annotated."""
    motion: Motion = MotionConfig.method
    """How motion is measured."""
    standardize: bool = MotionConfig.standardize
    """Whether each flow map is divided by its own standard deviation."""
    factor: float = MotionConfig.factor
    """How many times as large `magnet` makes the motion."""
    magnet_map: MagnetMap = MotionConfig.magnet_map
    """What `magnet` gives: the displacement that its magnified shape shows, the mean of
    that shape's channels (published), or a projection to eight."""
    magnet_area: MagnetArea = MotionConfig.magnet_area
    """Whether `magnet` sees the face or, in half the time, what the patches need."""
    weights: Path | None = None
    """Shape path (.tflite) of your own for `magnet`; default: the shipped one."""
    variants: VariantConfig = NO_VARIANTS
    """What training may draw in place of the evaluated patches."""
    append: bool = False
    """Adds the clips to a store of the same settings."""
    workers: int = 1
    """Processes; the store is the same for any number of them."""
    shard_clips: int | None = None
    """Clips that share a file and are computed as one task; default: by their number,
    16 to 1024."""
    runner: Runner | None = None
    """Runs on Apache Beam (requirements-beam.txt) in place of --workers."""
    beam_options: tuple[str, ...] = ()
    """Options of the runner without their dashes, such as direct_num_workers=2."""

    def run(self) -> None:
        execute = self._execute()
        start_landmarks()
        from input_pipeline.prepare import prepare

        config = MotionConfig(
            method=self.motion,
            standardize=self.standardize,
            factor=self.factor,
            magnet_map=self.magnet_map,
            magnet_area=self.magnet_area,
            weights=str(self.weights.absolute()) if self.weights else "",
        )
        manifest = self._manifest()
        with progress("computing patches") as update:
            done = prepare(
                manifest,
                self.out,
                class_names=label_set(self.classes).classes,
                config=config,
                variants=self.variants,
                chosen={
                    "classes": self.classes,
                    "frames": self.frames,
                    "missing_apex": self.missing_apex,
                },
                append=self.append,
                shard_clips=self.shard_clips,
                execute=execute,
                progress=update,
            )
        self._report(manifest, done)

    def _execute(self) -> "Execute":
        if self.workers < 1 or (self.shard_clips is not None and self.shard_clips < 1):
            raise InputError(
                "`--workers` and `--shard-clips` must be at least 1. Received: "
                f"workers={self.workers}, shard_clips={self.shard_clips}."
            )
        if self.runner is not None:
            from input_pipeline.beam import run_on_beam

            return functools.partial(
                run_on_beam, runner=self.runner, options=self.beam_options
            )
        if self.beam_options:
            raise InputError(
                "`--beam-options` needs `--runner`. Received: "
                f"{' '.join(self.beam_options)}."
            )
        if self.workers == 1:
            from input_pipeline.shard_task import run_here

            return run_here
        from input_pipeline.worker_processes import run_in_processes

        return functools.partial(run_in_processes, workers=self.workers)

    def _report(self, manifest: "Manifest", done: "Prepared") -> None:
        from input_pipeline.findings import count_rules

        for clip, note in done.notes[:_NOTES_SHOWN]:
            say(f"{clip}: {note}")
        if len(done.notes) > _NOTES_SHOWN:
            say(
                f"and {len(done.notes) - _NOTES_SHOWN} more notes, which the store "
                f"keeps: fgrmer store show {self.out} --clip DATASET/SUBJECT/CLIP"
            )
        if manifest.repairs:
            count_table("repairs", count_rules(manifest.repairs))
            say(f"each with its values: {self.out / 'repairs.csv'}")
        if done.skipped:
            count_table("skipped clips", count_rules(done.skipped))
            say(f"each with its reason: {self.out / 'skipped.csv'}")
        verb = "already there" if done.reused else "written"
        say(f"feature store {verb}: {self.out} ({done.header.clips} clips)")

    def _manifest(self) -> "Manifest":
        from input_pipeline.records import Manifest, read_manifest

        if bool(self.data) == bool(self.manifest):
            raise InputError(
                "Say what to prepare: either --data DATASET=ROOT ... or "
                f"--manifest CSV. Received: data={self.data}, manifest={self.manifest}."
            )
        labels = label_set(self.classes)
        if self.manifest:
            return read_manifest(self.manifest, labels.classes)
        parts = []
        for item in self.data:
            dataset, equals, root = item.partition("=")
            if not equals:
                raise InputError(f"--data takes DATASET=ROOT. Received: {item!r}.")
            part = load(dataset, Path(root), labels, self.frames, self.missing_apex)
            parts.append(part)
        return Manifest(
            samples=tuple(sample for part in parts for sample in part.samples),
            skipped=tuple(skip for part in parts for skip in part.skipped),
            repairs=tuple(repair for part in parts for repair in part.repairs),
        )
