"""Files of other releases: which one a state dict is, and what TransFER takes of it."""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

import keras

from fgrmer_tf.errors import InputError
from fgrmer_tf.models import transfer_torch
from fgrmer_tf.models.tensor_loading import Pair, load
from fgrmer_tf.models.torch_file import StateDict

Part = Literal["stem", "local attentions", "projection", "encoder", "head"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Release:
    """A form in which weights are published.

    Args:
        name: For people.
        mark: A tensor that no release named before it in `RELEASES` has.
        pairs: Where its tensors go in a TransFER.
        parts: Beginnings of names -> part of TransFER; the longest one holds.
        unused: Beginnings of names that are there and have no place in TransFER.
    """

    name: str
    mark: str
    pairs: Callable[[keras.Model], list[Pair]]
    parts: Mapping[str, Part]
    unused: tuple[str, ...] = ()

    def part(self, name: str) -> Part | None:
        """The part that a tensor belongs to; `None` for one that is not known."""
        starts = [start for start in self.parts if name.startswith(start)]
        return self.parts[max(starts, key=len)] if starts else None


_WHOLE: dict[str, Part] = {
    "extractor.": "stem",
    "attention.": "local attentions",
    "convert.": "projection",
    "vit.": "encoder",
    "head.": "head",
}
PADDLE = Release(
    name="TransFER (Paddle)",
    mark="extractor.input_layer.1._mean",
    pairs=transfer_torch.paddle_pairs,
    parts=_WHOLE,
)
TRANSFER = Release(
    name="TransFER (PyTorch names)",
    mark="vit.pos_embed",
    pairs=transfer_torch.whole_pairs,
    parts=_WHOLE,
)
APVIT = Release(
    name="APViT",
    mark="vit.patch_pos_embed",
    pairs=transfer_torch.apvit_pairs,
    parts={
        "extractor.": "stem",
        "vit.projs.": "projection",
        "vit.": "encoder",
        "head.": "head",
    },
)
IR50 = Release(
    name="face.evoLVe IR-50",
    mark="input_layer.0.weight",
    pairs=transfer_torch.stem_pairs,
    parts={"": "stem"},
    unused=("output_layer.",),
)
VIT = Release(
    name="ViT of timm",
    mark="pos_embed",
    pairs=transfer_torch.encoder_pairs,
    parts={"": "encoder"},
    unused=("patch_embed.", "head."),
)
RELEASES = (PADDLE, TRANSFER, APVIT, IR50, VIT)
HEAD_BIAS = "head.fc.bias"
"""Of every release with a head: one value a class."""


def plain(state: StateDict) -> StateDict:
    """A state dict without what wrapping, counting and spelling add to it.

    Args:
        state: From `torch_file.read_state_dict`.

    Returns:
        The same without the prefix `module.` where all names have it, without counters
        of batch normalisation, and with Paddle's `_weight` of a slope as `weight`.
    """
    if state and all(name.startswith("module.") for name in state):
        state = {name.removeprefix("module."): x for name, x in state.items()}
    return {
        name.replace("._weight", ".weight"): array
        for name, array in state.items()
        if not name.endswith("num_batches_tracked")
    }


def release_of(state: StateDict) -> Release:
    """Which release a state dict is of.

    Args:
        state: As `plain` gives it.

    Raises:
        InputError: If it is none that is known.
    """
    for release in RELEASES:
        if release.mark in state:
            return release
    known = "; ".join(f"{of.name} with `{of.mark}`" for of in RELEASES)
    raise InputError(
        f"Weights must have the names of a known release: {known}. Received: "
        f"{len(state)} tensors, {sorted(state)[:3]} first. Take the state dict of the "
        "model alone, unchanged."
    )


def parts_of(model: keras.Model) -> tuple[Part, ...]:
    """The parts that a TransFER has, in the order of the network."""
    found = {TRANSFER.part(pair.name) for pair in transfer_torch.whole_pairs(model)}
    return tuple(part for part in _WHOLE.values() if part in found)


def take(
    model: keras.Model,
    state: StateDict,
    parts: Collection[Part],
    head_rows: Sequence[int] | None = None,
) -> None:
    """Gives some parts of a model the weights of a file; all of them, or none.

    Args:
        model: From `build_transfer`.
        state: As `plain` gives it.
        parts: Which parts; the release and the model have them.
        head_rows: For each class of the model, its row in the file's head; `None`: the
            rows as they are.

    Raises:
        InputError: As `release_of`, and if a tensor of those parts is missing, not
            expected, of the wrong shape or not finite: one message lists all of them.
    """
    release = release_of(state)
    pairs = [pair for pair in release.pairs(model) if release.part(pair.name) in parts]
    if head_rows is not None:
        pairs = [
            _reordered(pair, head_rows) if release.part(pair.name) == "head" else pair
            for pair in pairs
        ]
    unused = (*release.unused, *_later_stages(pairs, state))
    load(
        pairs,
        {
            name: array
            for name, array in state.items()
            if release.part(name) in {*parts, None} and not name.startswith(unused)
        },
    )


def _reordered(pair: Pair, rows: Sequence[int]) -> Pair:
    # Keras has the classes last, whatever the file has.
    return pair._replace(turn=lambda array: pair.turn(array)[..., list(rows)])


def _later_stages(pairs: list[Pair], state: StateDict) -> tuple[str, ...]:
    """Units of IR-50 after the stem, if they begin with a stage of their own."""
    first = len({p.name.split(".")[1] for p in pairs if p.name.startswith("body.")})
    if not first or f"body.{first}.shortcut_layer.0.weight" not in state:
        return ()
    count = len({name.split(".")[1] for name in state if name.startswith("body.")})
    return tuple(f"body.{number}." for number in range(first, count))
