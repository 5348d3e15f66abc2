"""`fgrmer store`: looks at feature stores, checks them and joins them."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import tyro

from fgrmer_tf.cli.console import progress, say
from fgrmer_tf.errors import InputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class StoreShow:
    """Says what a store holds and what made it, as JSON on standard output."""

    store: tyro.conf.Positional[Path]
    """The store."""
    clip: str | None = None
    """DATASET/SUBJECT/CLIP: where this clip came from, in place of the whole."""

    def run(self) -> None:
        from input_pipeline.feature_store.summary import clip_origin, summary

        found = (
            summary(self.store)
            if self.clip is None
            else clip_origin(self.store, self.clip)
        )
        print(json.dumps(found, indent=2, ensure_ascii=False))


@dataclasses.dataclass(frozen=True, kw_only=True)
class StoreVerify:
    """Reads every byte of a store and names what is damaged."""

    store: tyro.conf.Positional[Path]
    """The store."""

    def run(self) -> None:
        from input_pipeline.feature_store import read_header
        from input_pipeline.feature_store.verify import verify

        with progress("reading shards") as update:
            problems = verify(self.store, update)
        for problem in problems:
            where = f" ({problem.clip})" if problem.clip else ""
            print(f"{problem.file}{where}: {problem.what}")
        if problems:
            raise InputError(
                f"`{self.store}` is damaged. Received: problems: {len(problems)}, "
                "listed above. Put the named files back, or prepare the store again."
            )
        say(f"sound: {self.store} ({read_header(self.store).clips} clips)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class StoreMerge:
    """Joins stores of the same settings and classes."""

    stores: tyro.conf.Positional[tuple[Path, ...]]
    """Two or more stores."""
    out: Path
    """Store to make."""

    def run(self) -> None:
        from input_pipeline.feature_store.merge import merge

        header = merge(self.stores, self.out)
        say(f"feature store written: {self.out} ({header.clips} clips)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Store:
    """Looks at feature stores, checks them and joins them."""

    action: Annotated[
        Annotated[StoreShow, tyro.conf.subcommand("show")]
        | Annotated[StoreVerify, tyro.conf.subcommand("verify")]
        | Annotated[StoreMerge, tyro.conf.subcommand("merge")],
        tyro.conf.arg(name=""),
    ]

    def run(self) -> None:
        self.action.run()
