"""What a fold may show to a model, and how batches are made of it."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.leaks import Learned
from fgrmer_tf.evaluation.protocols import Fold
from fgrmer_tf.training.linear_fit import LinearWeights

Columns = Mapping[str, np.ndarray]
"""Arrays by name, whatever the batching functions make of them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Batching:
    """How columns become batches: functions of tensors, traced into the training step.

    All that differs between folds comes in by arguments. Scalars are int64.

    Args:
        order: `(clips, seed, epoch)` to int64 `(clips,)`: rows in the order in which an
            epoch shows them.
        training: `(columns, rows, seed, epoch)` to `(inputs, label, weight)`: a dict of
            float32 tensors, int64 `(batch,)` and float32 `(batch,)`.
        inference: `(columns, rows)` to inputs.
    """

    order: Callable[[Any, Any, Any], Any]
    training: Callable[[Any, Any, Any, Any], Any]
    inference: Callable[[Any, Any], Any]


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class FoldData:
    """The two sides of a fold.

    Args:
        fold: Rows of one split.
        train: What `Batching.training` takes, with `label` int64 `(train_clips,)`.
        test: What `Batching.inference` takes, in the order of `fold.test`. It carries
            no label, so that none can be learned from.
        adjacency: `(num_nodes, num_nodes)`, identity included, with the rows it comes
            from; `None` for a model without an AU graph.
        linear: Start of the linear path, with the rows it comes from; `None` for a
            model without.
        notes: Sentences for the report.
        probes: By name, the test clips on other inputs, such as another apex frame: the
            model is asked about them too, and no score of it contains the answers.

    Raises:
        InputError: At construction, if `test` holds a label.
        InputError: At construction, if `train` has another number of clips than the
            fold.
        InputError: At construction, if `adjacency` or `linear` was computed from a row
            that the fold does not train on.
    """

    fold: Fold
    train: Columns
    test: Columns
    adjacency: Learned[np.ndarray] | None = None
    linear: Learned[LinearWeights] | None = None
    notes: tuple[str, ...] = ()
    probes: Mapping[str, Columns] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        if "label" in self.test:
            raise InputError(
                "Test clips must come without labels, so that none reaches the model. "
                f"Received: columns {sorted(self.test)} for fold `{self.fold.name}`."
            )
        if len(self.train["label"]) != len(self.fold.train):
            raise InputError(
                f"Fold `{self.fold.name}` must train on its {len(self.fold.train)} "
                f"clips. Received: {len(self.train['label'])}."
            )
        for learned in (self.adjacency, self.linear):
            if learned is not None:
                learned.require_within(self.fold)
