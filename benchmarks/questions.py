"""What the choices inside the published network are worth, one by one.

Each row changes one thing of the published recipe and is trained on the same synthetic
sets (`accuracy_sets`, level `medium`), leave one subject out. UF1 is pooled over the
sets; the interval is of the difference to the published row, over resampled subjects.
Two questions need no training, since nothing about the model changes: they are answered
on its logits. What is trained is kept, and a stopped run goes on.

    .venv/bin/python -m benchmarks.questions
"""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import tyro
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy import (
    in_processes,
    joined,
    tested_network,
    uf1,
)
from benchmarks.accuracy_sets import LEVELS, table_of
from fgrmer_tf import atomic
from fgrmer_tf.cli.model_options import resolve
from fgrmer_tf.config import ExperimentConfig
from fgrmer_tf.evaluation.comparison import compare
from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from fgrmer_tf.evaluation.results import Predictions
from fgrmer_tf.experiments import PUBLISHED
from fgrmer_tf.models.branches import dense
from fgrmer_tf.training.objective import classification_loss
from input_pipeline.feature_table import FeatureTable

ROOT = Path(__file__).resolve().parents[1]
BASE = "published"
_MEDIUM = LEVELS[1]


def _changed(train: dict | None = None, **model) -> ExperimentConfig:
    return ExperimentConfig(
        model=dataclasses.replace(PUBLISHED.model, **model),
        train=dataclasses.replace(PUBLISHED.train, **train or {}),
    )


_GIVEN = {"au_embedding": "given", "embedding_dim": 9}
ROWS = {
    BASE: _changed(),
    "normalisation D(S) S D(S)": _changed(adjacency_normalization="symmetric"),
    "normalisation by row": _changed(adjacency_normalization="row"),
    "A by row: P(column | row)": _changed({"adjacency_form": "row"}),
    "A symmetric: cosine": _changed({"adjacency_form": "cosine"}),
    "A the identity": _changed({"adjacency_form": "identity"}),
    "A trained": _changed(learned_edges=True),
    "GCN output a free matrix": _changed(au_branch="free"),
    "embeddings given": _changed(**_GIVEN),
    "embeddings given, by evidence": _changed({"au_evidence": True}, **_GIVEN),
    "LayerNorm for BatchNorm": _changed(landmark_normalization="layer"),
    "direct head": _changed(direct_head=True),
}
"""Name -> published recipe with one change."""


def trained(
    seed: int, subjects: int, work: Path, rows: tuple[str, ...]
) -> dict[str, Predictions]:
    """The rows on one set."""
    table = table_of(work, _MEDIUM, seed, subjects)
    folds = leave_one_subject_out(table.dataset, table.subject)
    found = {}
    for number, (name, config) in enumerate(ROWS.items()):
        if name not in rows:
            continue
        recipe = resolve(table, config.model, config.train, None)
        found[name] = tested_network(recipe, folds, seed, work / f"{seed}-{number}")
    return found


def log_softmax_changes(table: FeatureTable) -> dict[str, float]:
    """What a log-softmax in front of arg-max and of the loss changes, at most."""
    recipe = resolve(table, PUBLISHED.model, PUBLISHED.train, None)
    keras.utils.set_random_seed(0)
    outputs = recipe.model()({"patches": table.patches}, training=False)
    # A new model says nearly the same of every clip.
    logits = 100 * np.asarray(outputs["logits"])
    twice = np.asarray(keras.ops.log_softmax(logits))
    loss = classification_loss()
    losses = [float(np.asarray(loss(table.label, of))) for of in (logits, twice)]
    return {
        "clips": len(logits),
        "classes_changed": int((logits.argmax(1) != twice.argmax(1)).sum()),
        "loss_changed": abs(losses[0] - losses[1]),
    }


def shared_layer_changes() -> dict[str, float]:
    """What one ReLU used twice changes, against two of them."""
    values = np.random.default_rng(0).normal(size=(64, 490)).astype(np.float32)
    models = []
    for shared in (True, False):
        keras.utils.set_random_seed(0)
        first = keras.layers.ReLU()
        second = first if shared else keras.layers.ReLU()
        inputs = keras.Input((490,))
        hidden = first(dense(inputs, 320, "hidden"))
        outputs = second(dense(hidden, 160, "features"))
        models.append(keras.Model(inputs, outputs))
    outputs = [np.asarray(model(values)) for model in models]
    return {
        "weights_changed": models[0].count_params() - models[1].count_params(),
        "outputs_changed": float(np.abs(outputs[0] - outputs[1]).max()),
    }


def main(
    seeds: tuple[int, ...] = (31, 32, 33),
    subjects: int = 7,
    rows: tuple[str, ...] = tuple(ROWS),
    work: Path = ROOT / "build/benchmarks/questions",
    result: Path = ROOT / "build/benchmarks/questions.json",
) -> int:
    """Measures every row, prints a table and writes it as JSON.

    Args:
        seeds: Of people, clips and noise, and of the start of the weights alike.
        subjects: People in a set.
        rows: Which to measure, the published one among them.
        work: Folder for sets and runs.
        result: File to write.

    Returns:
        0 if what needs no training changes nothing, else 1.
    """
    work.mkdir(parents=True, exist_ok=True)
    sets = in_processes(trained, [(seed, subjects, work, rows) for seed in seeds])
    pooled = {
        name: joined(dict(zip(seeds, (of[name] for of in sets), strict=True)))
        for name in rows
    }
    shown = Table("changed", "UF1", "difference [95 %]")
    found = {}
    for name, predictions in pooled.items():
        difference = compare(pooled[BASE], predictions).difference["uf1"]
        found[name] = {"uf1": uf1(predictions), "difference": difference}
        mean, low, high = difference
        text = "" if name == BASE else f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
        shown.add_row(name, f"{found[name]['uf1']:.3f}", text)
    Console(width=100).print(shown)
    still = {
        "log-softmax": log_softmax_changes(table_of(work, _MEDIUM, seeds[0], subjects)),
        "shared": shared_layer_changes(),
    }
    print(still)
    atomic.write_json(result, {"seeds": seeds, "rows": found, "unchanged": still})
    good = (
        still["log-softmax"]["classes_changed"] == 0
        and still["log-softmax"]["loss_changed"] < 1e-5
        and not any(still["shared"].values())
    )
    print(f"log-softmax and shared layers change nothing: {good}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
