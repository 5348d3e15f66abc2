"""`fgrmer prepare`: data-set folders to a feature store."""

import dataclasses
from pathlib import Path

from fgrmer_tf.cli.console import (
    count_table,
    progress,
    say,
    start_landmarks,
    start_tensorflow,
)
from fgrmer_tf.cli.data_sets import load
from fgrmer_tf.config import Motion, MotionConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import MEGC2019_CLASSES


@dataclasses.dataclass(frozen=True, kw_only=True)
class Prepare:
    """Computes the patches of every clip and writes a feature store."""

    out: Path
    """Store to make."""
    data: tuple[str, ...] = ()
    """Data sets as DATASET=ROOT, such as casme2=/data/CASME2."""
    manifest: Path | None = None
    """A manifest CSV in place of --data."""
    motion: Motion = MotionConfig.method
    """How motion is measured."""
    standardize: bool = MotionConfig.standardize
    """Whether each flow map is divided by its own standard deviation."""
    factor: float = MotionConfig.factor
    """How many times as large `magnet` makes the motion."""
    weights: Path | None = None
    """Shape path (.tflite) of your own for `magnet`; default: the shipped one."""

    def run(self) -> None:
        start_tensorflow()
        start_landmarks()
        from input_pipeline.findings import count_rules
        from input_pipeline.prepare import prepare

        config = MotionConfig(
            method=self.motion,
            standardize=self.standardize,
            factor=self.factor,
            weights=str(self.weights.absolute()) if self.weights else "",
        )
        manifest = self._manifest()
        with progress("computing patches") as update:
            done = prepare(
                manifest,
                self.out,
                class_names=MEGC2019_CLASSES,
                config=config,
                progress=update,
            )
        for clip, note in done.notes:
            say(f"{clip}: {note}")
        if manifest.repairs:
            count_table("repairs", count_rules(manifest.repairs))
            say(f"each with its values: {self.out / 'repairs.csv'}")
        if done.skipped:
            count_table("skipped clips", count_rules(done.skipped))
            say(f"each with its reason: {self.out / 'skipped.csv'}")
        verb = "already there" if done.reused else "written"
        say(f"feature store {verb}: {self.out} ({done.header.clips} clips)")

    def _manifest(self):
        from input_pipeline.records import Manifest, read_manifest

        if bool(self.data) == bool(self.manifest):
            raise InputError(
                "Say what to prepare: either --data DATASET=ROOT ... or "
                f"--manifest CSV. Received: data={self.data}, manifest={self.manifest}."
            )
        if self.manifest:
            return read_manifest(self.manifest, MEGC2019_CLASSES)
        parts = []
        for item in self.data:
            dataset, equals, root = item.partition("=")
            if not equals:
                raise InputError(f"--data takes DATASET=ROOT. Received: {item!r}.")
            parts.append(load(dataset, Path(root)))
        return Manifest(
            samples=tuple(sample for part in parts for sample in part.samples),
            skipped=tuple(skip for part in parts for skip in part.skipped),
            repairs=tuple(repair for part in parts for repair in part.repairs),
        )
