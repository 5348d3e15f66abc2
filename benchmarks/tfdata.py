"""Claim: training never waits for data.

A feature store of made-up clips with variants is written and read back. Then FGRMER is
trained on `tfdata.training` as the default settings have it (shuffled, classes
balanced, mirrored, variants drawn, AU embeddings weighted by evidence) while the time
spent waiting for the next batch is measured. Less than 5 % of a step must be waiting.

    .venv/bin/python benchmarks/tfdata.py
"""

import dataclasses
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tyro
from rich.console import Console
from rich.table import Table

from fgrmer_tf import atomic
from fgrmer_tf.config import ModelConfig, TrainConfig
from fgrmer_tf.models.fgrmer import build_fgrmer
from fgrmer_tf.spec import MEGC2019_CLASSES, NUM_AUS, NUM_PATCHES, PATCH_SIZE
from input_pipeline import feature_store, tfdata
from input_pipeline.feature_table import FeatureTable

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = 0.05
"""Share of a step that may be waiting."""


def made_up(clips: int, variants: int) -> FeatureTable:
    """A table of noise, as large as flow features with `variants` are."""
    random = np.random.default_rng(0)
    patch = (NUM_PATCHES, PATCH_SIZE, PATCH_SIZE, 3)

    def noise(*shape: int) -> np.ndarray:
        return random.standard_normal(shape, np.float32)

    return FeatureTable(
        patches=noise(clips, *patch),
        variants=noise(clips, variants, *patch),
        motion_map=noise(clips, 32, 32, 3),
        label=random.integers(0, len(MEGC2019_CLASSES), clips),
        subject=np.array([f"sub{number % 68:02d}" for number in range(clips)]),
        dataset=np.full(clips, "casme2"),
        clip=np.array([f"EP{number}" for number in range(clips)]),
        class_names=MEGC2019_CLASSES,
        au=random.integers(0, 2, (clips, NUM_AUS)).astype(np.uint8),
    )


def pipeline(table: FeatureTable, epochs: int) -> tf.data.Dataset:
    """The training pipeline with everything that the default settings turn on."""
    train = TrainConfig()
    embeddings = np.eye(NUM_AUS, dtype=np.float32)
    return tfdata.training(
        table,
        embeddings=embeddings,
        evidence=train.au_evidence,
        class_balanced=train.class_balanced,
        mirror=train.mirror,
        variant_rate=train.variant_rate,
        batch_size=train.batch_size,
        seed=1,
        epochs=epochs,
    )


def samples_per_second(table: FeatureTable, epochs: int) -> float:
    """How many clips the pipeline hands out when nothing else is done."""
    data = iter(pipeline(table, epochs + 1))
    next(data)
    started = time.perf_counter()
    clips = sum(len(label) for _, label, _ in data)
    return clips / (time.perf_counter() - started)


def waiting(table: FeatureTable, epochs: int) -> tuple[list[float], list[float]]:
    """Seconds of waiting and seconds of work of each step after the first epoch."""
    keras.utils.set_random_seed(1)
    model = build_fgrmer(**dataclasses.asdict(ModelConfig()))
    optimizer = keras.optimizers.Adam(TrainConfig().learning_rate)
    optimizer.build(model.trainable_variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    # As in `fit`, the compiled step itself takes the next batch. Nothing but control
    # dependencies orders the two time stamps and the batch.
    @tf.function(reduce_retracing=True)
    def step(batches: Any) -> Any:
        started = tf.timestamp()
        with tf.control_dependencies([started]):
            features, label, weight = next(batches)
        with tf.control_dependencies([label, *tf.nest.flatten(features)]):
            ready = tf.timestamp()
        with tf.control_dependencies([ready]):
            features = tf.nest.map_structure(tf.identity, features)
        with tf.GradientTape() as tape:
            logits = model(features, training=True)["logits"]
            loss: Any = loss_of(label, logits, weight)
        gradients: Any = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(
            zip(gradients, model.trainable_variables, strict=True)
        )
        return ready - started, loss

    waits, works = [], []
    batches = pipeline(table, epochs + 1)
    data = iter(batches)
    for _ in range(int(batches.cardinality())):
        started = time.perf_counter()
        wait, loss = step(data)
        # The value is fetched, so that work that was only queued is counted too.
        float(loss)
        waits.append(float(wait))
        works.append(time.perf_counter() - started - waits[-1])
    warm = -(-len(table) // TrainConfig().batch_size)
    return waits[warm:], works[warm:]


def main(
    clips: int = 442,
    variants: int = 4,
    epochs: int = 30,
    out: Path = ROOT / "build/benchmarks/tfdata.json",
) -> int:
    """Prints a table, writes `out`, and returns 1 where training waits for data.

    Args:
        clips: In the store; the default is MEGC2019's number.
        variants: A clip.
        epochs: That are measured, after one that is not.
        out: The JSON file.
    """
    store = out.parent / "tfdata-store"
    shutil.rmtree(store, ignore_errors=True)
    store.mkdir(parents=True)
    feature_store.write(store, made_up(clips, variants), key="made up", settings={})
    started = time.perf_counter()
    table = feature_store.read(store)
    reading = time.perf_counter() - started
    shutil.rmtree(store)
    rate = samples_per_second(table, epochs)
    waits, works = waiting(table, epochs)
    share = sum(waits) / (sum(waits) + sum(works))
    result = {
        "clips": clips,
        "variants": variants,
        "batch_size": TrainConfig().batch_size,
        "store_clips_per_second": clips / reading,
        "samples_per_second": rate,
        "step_milliseconds": 1e3 * statistics.median(works),
        "wait_milliseconds": 1e3 * statistics.median(waits),
        "wait_share": share,
        "allowed_share": ALLOWED,
        "holds": share < ALLOWED,
    }
    atomic.write_json(out, result)
    shown = Table("what", "measured", title="Data for training")
    shown.add_row("reading the store, clips/s", f"{clips / reading:.0f}")
    shown.add_row("pipeline alone, samples/s", f"{rate:.0f}")
    shown.add_row("training step, ms", f"{result['step_milliseconds']:.1f}")
    shown.add_row("waiting a step, ms", f"{result['wait_milliseconds']:.2f}")
    shown.add_row(f"share of waiting (below {ALLOWED:.0%})", f"{share:.1%}")
    Console().print(shown)
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(tyro.cli(main))
