"""Tasks of `prepare`, and what is noted of a finished one."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from input_pipeline.feature_store.header import Field, Shard
from input_pipeline.feature_store.shards import clips_a_shard
from input_pipeline.findings import Skip
from input_pipeline.records import Sample


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """The clips of one shard.

    Args:
        number: Of the shard.
        samples: Its clips, in order.
    """

    number: int
    samples: tuple[Sample, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finished:
    """What became of a task.

    Args:
        number: Of the task.
        key: Hash of settings and inputs.
        inputs: Hash of each clip's row and files, skipped ones too.
        shard: As the header names it; without clips where all were skipped.
        fields: Columns of its records; empty where all were skipped.
        skipped: Clips left out.
        notes: `(clip key, note)` of clips that are in, with something to know.
    """

    number: int
    key: str
    inputs: tuple[str, ...]
    shard: Shard
    fields: Mapping[str, Field]
    skipped: tuple[Skip, ...]
    notes: tuple[tuple[str, str], ...]

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Finished":
        """The inverse of `dataclasses.asdict`, after a turn through JSON."""
        return cls(
            number=values["number"],
            key=values["key"],
            inputs=tuple(values["inputs"]),
            shard=Shard(**values["shard"]),
            fields={name: Field(**field) for name, field in values["fields"].items()},
            skipped=tuple(Skip(**skip) for skip in values["skipped"]),
            notes=tuple((clip, note) for clip, note in values["notes"]),
        )


def tasks_of(samples: Sequence[Sample], first: int, size: int | None) -> list[Task]:
    """Cuts samples into tasks.

    Args:
        samples: In order.
        first: Number of the first task.
        size: Clips a task; `None` chooses by their number.
    """
    size = size or clips_a_shard(len(samples))
    return [
        Task(
            number=first + number, samples=tuple(map(_absolute, samples[start:][:size]))
        )
        for number, start in enumerate(range(0, len(samples), size))
    ]


def _absolute(sample: Sample) -> Sample:
    # A worker may run in another folder.
    values = {field.name: getattr(sample, field.name) for field in _FIELDS}
    paths = {k: v.absolute() for k, v in values.items() if isinstance(v, Path)}
    return dataclasses.replace(sample, **paths)


_FIELDS = dataclasses.fields(Sample)
