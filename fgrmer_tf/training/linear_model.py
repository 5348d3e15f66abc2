"""The standardised linear model: what every network is to be compared with."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from fgrmer_tf.config import LinearConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.fold_result import FoldResult
from fgrmer_tf.evaluation.protocols import Fold
from fgrmer_tf.training.linear_fit import UNSEEN, fit_linear


class LinearTable(Protocol):
    """What the linear model reads of a feature table.

    `patches` is float32 `(clips, landmarks, patch_h, patch_w, channels)`, `motion_map`
    float32 `(clips, height, width, channels)`, empty when there is none; `label` is an
    index into `class_names`.
    """

    @property
    def patches(self) -> np.ndarray: ...
    @property
    def motion_map(self) -> np.ndarray: ...
    @property
    def label(self) -> np.ndarray: ...
    @property
    def class_names(self) -> tuple[str, ...]: ...


def linear_input(table: LinearTable) -> tuple[str, np.ndarray]:
    """The values the linear model reads of each clip.

    Returns:
        `motion_map` if the table has maps, else `patches`; and float64
        `(clips, features)`.
    """
    name = "motion_map" if table.motion_map.size else "patches"
    values = getattr(table, name)
    return name, values.reshape(len(values), -1).astype(np.float64)


def evaluate_linear(
    table: LinearTable,
    folds: Sequence[Fold],
    config: LinearConfig,
    seed: int = 0,
    on_fold: Callable[[str, int, int], None] | None = None,
) -> list[FoldResult]:
    """Fits and tests balanced logistic regression on every fold.

    Mean and deviation of each value, and the class weights n / (K n_c), are those of
    the fold's training clips. The strength of the penalty is fixed in advance. Nothing
    is drawn: equal folds give equal results under any seed.

    Source:
        Protocol and balance as for the network (`docs/protocol.md`); that this model
        is hard to beat on optical-flow maps was measured on licensed data, see
        `docs/reproduction.md`.

    Args:
        table: Every clip.
        folds: Splits with distinct names.
        config: Strength of the penalty.
        seed: Recorded with the results.
        on_fold: Called after each fold with its name, the folds done and all folds.

    Returns:
        Results in the order of `folds`; `logits` are log-probabilities, and a class
        that no training clip has is never predicted.

    Raises:
        InputError: If the training clips of a fold are all of one class.
        InputError: If no value varies among the training clips of a fold.
    """
    _, values = linear_input(table)
    results = []
    for done, fold in enumerate(folds, start=1):
        results.append(_evaluate(table, values, fold, config, seed))
        if on_fold:
            on_fold(fold.name, done, len(folds))
    return results


def _evaluate(
    table: LinearTable,
    values: np.ndarray,
    fold: Fold,
    config: LinearConfig,
    seed: int,
) -> FoldResult:
    from scipy.special import log_softmax

    started, processor = time.perf_counter(), time.process_time()
    label = table.label[fold.train]
    _require_classes(fold, label, table.class_names)
    train = values[fold.train]
    if not train.std(axis=0).any():
        raise InputError(
            f"The features must vary among the training clips of `{fold.name}`. "
            "Received: the same values in every clip. Prepare the features again."
        )
    model = fit_linear(train, label, len(table.class_names), config.strength)
    logits = log_softmax(model.logits(values[fold.test]), axis=1).clip(min=UNSEEN)
    return FoldResult(
        seed=seed,
        fold=fold.name,
        test=fold.test,
        logits=logits.astype(np.float32),
        loss=(),
        seconds=time.perf_counter() - started,
        cpu_seconds=time.process_time() - processor,
    )


def _require_classes(fold: Fold, label: np.ndarray, names: Sequence[str]) -> None:
    seen = np.unique(label)
    if len(seen) < 2:
        raise InputError(
            "A linear model needs clips of at least 2 classes to train on. Received: "
            f"only {names[seen[0]]} in fold `{fold.name}`. Add clips, or take folds "
            "with more subjects to train on."
        )
