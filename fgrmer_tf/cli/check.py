"""`fgrmer check`: what a data set folder holds, before any work is done on it."""

import collections
import dataclasses
from pathlib import Path

import tyro

from fgrmer_tf.cli.console import count_table, say
from fgrmer_tf.cli.data_sets import DatasetName, load
from fgrmer_tf.errors import InputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """Counts the clips of a data set: usable, left out and why, and repaired."""

    dataset: tyro.conf.Positional[DatasetName]
    """Name of the data set."""
    root: tyro.conf.Positional[Path]
    """Its folder, as delivered."""

    def run(self) -> None:
        from input_pipeline.findings import count_rules

        manifest = load(self.dataset, self.root)
        labels = collections.Counter(sample.label for sample in manifest.samples)
        subjects = collections.Counter(sample.subject for sample in manifest.samples)
        count_table("clips by class", labels)
        count_table("clips by subject", dict(sorted(subjects.items())))
        if manifest.skipped:
            count_table("left out", count_rules(manifest.skipped))
        for skip in manifest.skipped:
            say(f"{skip.subject}/{skip.clip}: {skip.rule} ({skip.detail})")
        if manifest.repairs:
            count_table("repairs", count_rules(manifest.repairs))
        for repair in manifest.repairs:
            where = f"{repair.subject}/{repair.clip}".rstrip("/")
            say(f"{where}: {repair.rule} ({repair.old or 'nothing'} -> {repair.new})")
        if not manifest.samples:
            raise InputError(f"`{self.root}` has no usable clip.")
        say(f"{len(manifest.samples)} clips of {len(subjects)} subjects are usable.")
