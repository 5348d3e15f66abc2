"""Weights of other releases that a training of TransFER starts from."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fgrmer_tf.cli.transfer_weights import (
    UNKNOWN_FIT,
    Source,
    head_classes,
    read_release,
    sha256_of,
)
from fgrmer_tf.errors import InputError
from fgrmer_tf.transfer_config import TransferConfig

if TYPE_CHECKING:
    import keras

    from fgrmer_tf.models.torch_file import StateDict
    from fgrmer_tf.models.transfer_releases import Part, Release

_PARTS = {"stem_weights": "stem", "encoder_weights": "encoder"}
"""Option that takes one part -> the part."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StartOptions:
    """Files of weights (.pth or .npz) that a training starts from."""

    weights: Path | None = None
    """A released TransFER, or APViT, which has no local attentions."""
    weights_classes: tuple[str, ...] = ()
    """Classes of its head in their order; by default its release's, where known."""
    stem_weights: Path | None = None
    """IR-50 of face.evoLVe, or a file for --weights: its stem is taken."""
    encoder_weights: Path | None = None
    """timm's first ViT-Small, or a file for --weights: its encoder is taken."""

    def read(self, network: TransferConfig, class_names: Sequence[str]) -> "Start":
        """Opens the files and tries them on a new network.

        Args:
            network: What is going to be trained.
            class_names: Its classes, in label order.

        Raises:
            InputError: If the options contradict each other, or a file is missing,
                unreadable, of another kind or does not fit the network.
        """
        files = {name: getattr(self, name) for name in ("weights", *_PARTS)}
        files = {name: file for name, file in files.items() if file is not None}
        if self.weights and len(files) > 1:
            raise InputError(
                "--weights is a whole network. Received with it: "
                f"{', '.join(_flag(name) for name in files if name != 'weights')}. "
                "Give --weights alone, or --stem-weights and --encoder-weights."
            )
        if self.weights_classes and not self.weights:
            raise InputError(
                "--weights-classes names the classes of the head in --weights. "
                "Received: no --weights. Give the file, or leave the classes out."
            )
        if not files:
            return Start(sources=(), random=())
        from fgrmer_tf.models.transfer import build_transfer
        from fgrmer_tf.models.transfer_releases import parts_of

        model = build_transfer(network)
        there = parts_of(model)
        sources = []
        for option, file in files.items():
            source = self._source(option, file, there, class_names)
            try:
                source.give(model)
            except InputError as error:
                raise InputError(
                    f"{_flag(option)} must fit the network that --network and the "
                    "store's pictures decide; --experiment published has the released "
                    f"sizes. Received: `{file}` ({source.release}).\n{error}"
                ) from error
            sources.append(source)
        taken = {part for source in sources for part in source.parts}
        random: tuple[Any, ...] = tuple(part for part in there if part not in taken)
        return Start(sources=tuple(sources), random=random)

    def _source(
        self,
        option: str,
        file: Path,
        there: Sequence["Part"],
        class_names: Sequence[str],
    ) -> "Source":
        state, release = read_release(file)
        held = {*release.parts.values()}
        needed = _PARTS.get(option, "head")
        if needed not in held:
            raise InputError(
                f"{_flag(option)} takes a file with {needed}. Received: `{file}`, "
                f"which is {release.name}. {_next_step(release)}"
            )
        wanted = {_PARTS[option]} if option in _PARTS else {*there}
        rows, said = None, ""
        if option == "weights":
            rows, said = self._head(state, release, class_names)
            wanted -= set() if rows else {"head"}
        return Source(
            option=option,
            file=file,
            sha256=sha256_of(file),
            release=release.name,
            state=state,
            parts=tuple(part for part in there if part in wanted & held),
            rows=rows,
            said=said,
        )

    def _head(
        self, state: "StateDict", release: "Release", class_names: Sequence[str]
    ) -> tuple[list[int] | None, str]:
        """Row of each class in the file's head, or why the head is not taken."""
        names = head_classes(state, release, self.weights_classes)
        if not names:
            return None, "its classes are not known: name them by --weights-classes"
        missing = [name for name in class_names if name not in names]
        if missing and self.weights_classes:
            raise InputError(
                f"--weights-classes must have every class of the store, {class_names}. "
                f"Received: {names}. To begin with a new head, leave them out."
            )
        if missing:
            return None, f"it does not know {', '.join(missing)}"
        return [names.index(name) for name in class_names], ""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Start:
    """What a new network gets before its first step.

    Args:
        sources: Files; none: all weights are random.
        random: Parts that no file gives.
    """

    sources: tuple[Source, ...]
    random: "tuple[Part, ...]"

    def __call__(self, model: "keras.Model") -> None:
        for source in self.sources:
            source.give(model)

    @property
    def settings(self) -> dict[str, Any]:
        """What decides it: a run goes on with the same bytes, wherever they lie."""
        if not self.sources:
            return {}
        found: dict[str, Any] = {
            source.option: {
                "sha256": source.sha256,
                "release": source.release,
                "parts": list(source.parts),
                **({"head_rows": source.rows} if source.rows else {}),
            }
            for source in self.sources
        }
        return {"start": {**found, "random": list(self.random)}}

    @property
    def notes(self) -> list[str]:
        """What a reader of the scores should know of it."""
        found = [
            f"Training starts from `{source.file.name}` ({source.release}, SHA-256 "
            f"{source.sha256}): {', '.join(source.parts)}."
            + (f" Its head is not taken: {source.said}." if source.said else "")
            for source in self.sources
        ]
        if found and self.random:
            found.append(f"At random start: {', '.join(self.random)}.")
        if found:
            found.append(UNKNOWN_FIT)
        return found


def _flag(option: str) -> str:
    return "--" + option.replace("_", "-")


def _next_step(release: "Release") -> str:
    parts = {*release.parts.values()}
    if "head" in parts:
        return "Give it as --weights."
    return f"Give it as {_flag(next(o for o, p in _PARTS.items() if p in parts))}."


RANDOM_START = StartOptions()
"""No file: all weights are random."""
