"""The scores of a run, as they are written to `metrics.json`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fgrmer_tf.evaluation.metrics import (
    confusion_matrix,
    f1_per_class,
    recall_per_class,
    scores,
)
from fgrmer_tf.evaluation.results import Predictions


def _mean(values: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([v[name] for v in values])) for name in values[0]}


def _class_scores(predictions: Predictions, of: np.ndarray) -> dict[str, Any]:
    names = predictions.class_names
    confusion = confusion_matrix(
        predictions.true[of], predictions.predicted[of], len(names)
    )
    f1, recall = f1_per_class(confusion), recall_per_class(confusion)
    return {
        name: {"f1": float(f1[index]), "recall": float(recall[index])}
        for index, name in enumerate(names)
    }


def mean_scores(predictions: Predictions) -> dict[str, Any]:
    """Scores of pooled predictions: each seed is scored alone, then averaged.

    Args:
        predictions: Pooled predictions of one or more seeds.

    Returns:
        `seeds`; `full` and `datasets` (means over seeds of `uf1`, `uar` and
        `accuracy`); `classes` (means of `f1` and `recall`, with `clips`); and
        `per_seed`, a list of `seed`, `full`, `datasets` and `classes`.

    Raises:
        InputError: As `scores` does.
    """
    per_seed = []
    for seed in np.unique(predictions.seed):
        of = predictions.seed == seed
        per_seed.append(
            {
                "seed": int(seed),
                **scores(
                    predictions.true[of],
                    predictions.predicted[of],
                    predictions.dataset[of],
                    len(predictions.class_names),
                ),
                "classes": _class_scores(predictions, of),
            }
        )
    clips = np.bincount(predictions.true, minlength=len(predictions.class_names))
    clips //= len(per_seed)
    return {
        "seeds": [one["seed"] for one in per_seed],
        "full": _mean([one["full"] for one in per_seed]),
        "datasets": {
            name: _mean([one["datasets"][name] for one in per_seed])
            for name in per_seed[0]["datasets"]
        },
        "classes": {
            name: {
                "clips": int(clips[index]),
                **_mean([one["classes"][name] for one in per_seed]),
            }
            for index, name in enumerate(predictions.class_names)
        },
        "per_seed": per_seed,
    }


def summarize(
    predictions: Predictions, *, protocol: str, selection: str = "fixed"
) -> dict[str, Any]:
    """The head of `metrics.json`: what was asked, and the scores of `mean_scores`.

    Args:
        predictions: Pooled predictions of every seed.
        protocol: Name of the protocol, for example `loso`.
        selection: How the number of epochs was chosen; `fixed` is in advance.

    Raises:
        InputError: As `scores` does.
    """
    return {
        "protocol": protocol,
        "selection": selection,
        **mean_scores(predictions),
    }


def majority_scores(predictions: Predictions) -> dict[str, float]:
    """`full` scores of always answering the commonest class: the floor."""
    commonest = np.bincount(predictions.true).argmax()
    answer = np.full_like(predictions.true, commonest)
    classes = len(predictions.class_names)
    return scores(predictions.true, answer, predictions.dataset, classes)["full"]
