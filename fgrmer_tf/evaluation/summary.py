"""The scores of a run, as they are written to `metrics.json`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fgrmer_tf.evaluation.metrics import scores
from fgrmer_tf.evaluation.results import Predictions


def _mean(values: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([v[name] for v in values])) for name in values[0]}


def summarize(
    predictions: Predictions, *, protocol: str, selection: str = "fixed"
) -> dict[str, Any]:
    """The content of `metrics.json`: each seed is scored alone, then averaged.

    Args:
        predictions: Pooled predictions of every seed.
        protocol: Name of the protocol, for example `loso`.
        selection: How the number of epochs was chosen; `fixed` is in advance.

    Returns:
        `protocol`, `selection`, `seeds`, `full` and `datasets` (means over seeds of
        `uf1`, `uar` and `accuracy`), and `per_seed`, a list of `seed`, `full` and
        `datasets`.

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
            }
        )
    return {
        "protocol": protocol,
        "selection": selection,
        "seeds": [one["seed"] for one in per_seed],
        "full": _mean([one["full"] for one in per_seed]),
        "datasets": {
            name: _mean([one["datasets"][name] for one in per_seed])
            for name in per_seed[0]["datasets"]
        },
        "per_seed": per_seed,
    }
