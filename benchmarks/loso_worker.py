"""Trains all folds in a process of its own, for `benchmarks/loso.py`.

    python loso_worker.py FEATURES.npz folds|fit EPOCHS WORKERS FOLDS

`folds`: as `fgrmer evaluate` does it; `fit`: a new Keras model and `model.fit` for each
fold. Only the first FOLDS folds are trained. Prints seconds and memory as one line of
JSON.
"""

import dataclasses
import json
import resource
import sys
import tempfile
import time
from typing import Any

import numpy as np

from fgrmer_tf.cli.model_options import resolve
from fgrmer_tf.cli.recipe import Recipe
from fgrmer_tf.evaluation.protocols import Fold, leave_one_subject_out
from fgrmer_tf.experiments import PUBLISHED
from fgrmer_tf.spec import AU_NOT_ANNOTATED, MEGC2019_CLASSES, NUM_AUS
from fgrmer_tf.training.cross_validation import cross_validate
from fgrmer_tf.training.memory import peak_memory
from fgrmer_tf.training.run_folder import RunFolder
from input_pipeline.feature_table import FeatureTable


def read_recipe(file: str, epochs: int) -> Recipe:
    """The published network and its settings on the benchmark's clips."""
    data = np.load(file)
    clips = len(data["label"])
    table = FeatureTable(
        patches=data["patches"],
        label=data["label"],
        subject=data["group"].astype(str),
        dataset=np.full(clips, "synthetic"),
        clip=np.arange(clips).astype(str),
        class_names=MEGC2019_CLASSES,
        au=np.full((clips, NUM_AUS), AU_NOT_ANNOTATED, np.uint8),
    )
    train = dataclasses.replace(PUBLISHED.train, epochs=epochs)
    return resolve(table, PUBLISHED.model, train, None)


def processor_seconds() -> float:
    """Of this process and of its workers that have ended [s]."""
    return sum(
        spent.ru_utime + spent.ru_stime
        for spent in map(
            resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
    )


def train_folds(recipe: Recipe, folds: list[Fold], workers: int) -> dict[str, Any]:
    """All folds as `fgrmer evaluate` trains them; memory of all processes together."""
    epochs: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as folder, RunFolder(folder, {}) as run:
        started = time.perf_counter()
        results = cross_validate(
            recipe,
            folds,
            [0],
            run,
            workers=workers,
            progress=lambda of: epochs.append((time.perf_counter() - started, of.done)),
        )
        wall = time.perf_counter() - started
    # Each process has then finished its first fold, and traces nothing any more.
    first = workers * (recipe.epochs + 1)
    settled, done = next(event for event in epochs if event[1] >= first)
    peaks = sorted((result.peak_memory for result in results), reverse=True)
    return {
        "wall_s": wall,
        "training_s": (wall - settled) * epochs[-1][1] / (epochs[-1][1] - done),
        "peak_mib": peak_memory() + sum(peaks[:workers]),
        "clips": sum(len(result.test) for result in results),
        "finite": all(np.isfinite(result.logits).all() for result in results),
    }


def fit_folds(recipe: Recipe, folds: list[Fold]) -> dict[str, Any]:
    """Fold after fold: a new model, `model.fit` on a data set, `model.predict`."""
    from fgrmer_tf.training.one_model import fit_one
    from input_pipeline import tfdata

    started, logits = time.perf_counter(), []
    for fold in folds:
        model, _ = fit_one(
            recipe.model,
            recipe.training_data(fold.train, None, seed=0),
            len(fold.train),
            recipe.config.train,
            seed=0,
            adjacency=recipe.statistics(fold.train).adjacency,
        )
        tested = tfdata.inference(
            recipe.table.rows(fold.test), embeddings=None, evidence=False
        )
        quiet: Any = 0
        logits.append(model.predict(tested, verbose=quiet)["logits"])
    wall = time.perf_counter() - started
    return {
        # Tracing is part of it: it comes with every fold.
        "wall_s": wall,
        "training_s": wall,
        "peak_mib": peak_memory(),
        "clips": sum(len(of) for of in logits),
        "finite": all(np.isfinite(of).all() for of in logits),
    }


def main() -> None:
    """Trains and prints."""
    file, form, epochs, workers, count = sys.argv[1:]
    recipe = read_recipe(file, int(epochs))
    folds = leave_one_subject_out(recipe.dataset, recipe.subject)[: int(count)]
    before = processor_seconds()
    if form == "folds":
        measured = train_folds(recipe, folds, int(workers))
    else:
        measured = fit_folds(recipe, folds)
    measured["cpu_s"] = processor_seconds() - before
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
