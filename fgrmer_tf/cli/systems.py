"""What `fgrmer evaluate` can evaluate: the network, or the linear model."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fgrmer_tf.cli.console import progress
from fgrmer_tf.cli.fold_progress import fold_progress
from fgrmer_tf.cli.recipe import Recipe
from fgrmer_tf.config import LinearConfig
from fgrmer_tf.errors import InputError

if TYPE_CHECKING:
    from fgrmer_tf.evaluation.fold_result import FoldResult
    from fgrmer_tf.evaluation.protocols import Fold
    from fgrmer_tf.training.run_folder import RunFolder
    from input_pipeline.feature_table import FeatureTable


@dataclasses.dataclass(frozen=True, kw_only=True)
class System:
    """Something that answers the tested clips of every fold.

    Args:
        settings: All that decides its answers, beside protocol and store.
        results: Trains and tests the folds that a run does not hold yet, and keeps
            them there; gives all of them.
        adjacency: `(num_nodes, num_nodes)`, the AU graph of all clips to draw, if any.
    """

    settings: dict[str, Any]
    results: "Callable[[RunFolder], list[FoldResult]]"
    adjacency: np.ndarray | None = None


def network(
    recipe: Recipe,
    folds: "Sequence[Fold]",
    seeds: Sequence[int],
    workers: int | None,
) -> System:
    """The network under every seed.

    Args:
        recipe: The resolved experiment.
        folds: Splits with distinct names.
        seeds: Distinct.
        workers: Processes that train; one a core if `None`.

    Raises:
        InputError: If `workers` is below 1.
    """
    if workers is not None and workers < 1:
        raise InputError(f"--workers must be at least 1. Received: {workers}.")
    selection = dataclasses.asdict(recipe.selection)
    if recipe.selection.selection == "fixed":
        del selection["inner_folds"]

    def results(run: "RunFolder") -> "list[FoldResult]":
        from fgrmer_tf.training.cross_validation import cross_validate
        from fgrmer_tf.training.fold_workers import default_workers

        wanted = min(workers or default_workers(), len(folds) * len(seeds))
        with fold_progress(len(folds) * len(seeds), wanted) as draw:
            return cross_validate(
                recipe, folds, seeds, run, workers=wanted, progress=draw
            )

    everything = recipe.statistics(np.arange(len(recipe.table)))
    return System(
        settings={**recipe.settings(seeds), **selection},
        results=results,
        adjacency=everything.adjacency,
    )


def linear(
    table: "FeatureTable",
    folds: "Sequence[Fold]",
    seeds: Sequence[int],
    config: LinearConfig,
) -> System:
    """The standardised linear model, which draws nothing.

    Args:
        table: Every clip.
        folds: Splits with distinct names.
        seeds: One, to be recorded.
        config: Strength of the penalty.

    Raises:
        InputError: If there are several seeds.
    """
    if len(seeds) > 1:
        raise InputError(
            "The linear model draws nothing: every seed would give the same. Received: "
            f"--seed {' '.join(map(str, seeds))}. Give one."
        )

    def results(run: "RunFolder") -> "list[FoldResult]":
        from fgrmer_tf.training.linear_model import evaluate_linear

        kept = {result.fold for result in run.results}
        left = [fold for fold in folds if fold.name not in kept]
        with progress("linear model") as update:
            for result in evaluate_linear(
                table, left, config, seeds[0], lambda _, *count: update(*count)
            ):
                run.append(result)
        return run.results

    settings = {"linear": dataclasses.asdict(config), "seeds": list(seeds)}
    return System(settings={**settings, "selection": "fixed"}, results=results)
