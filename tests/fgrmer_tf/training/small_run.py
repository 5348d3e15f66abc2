"""A run that takes a second: a small model, five subjects, every stage real.

As a program, it is a run that dies by SIGKILL in the middle of a fold:
`python -m tests.fgrmer_tf.training.small_run FOLDER EPOCHS_BEFORE_DEATH WORKERS`.
"""

import dataclasses
import os
import signal
import sys
import types
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fgrmer_tf.config import SelectionConfig, TrainConfig
from fgrmer_tf.evaluation.labels import missing_classes
from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from fgrmer_tf.evaluation.results import pool
from fgrmer_tf.training.cross_validation import cross_validate
from fgrmer_tf.training.fold_data import Batching, FoldData
from fgrmer_tf.training.fold_trainer import FoldTrainer
from fgrmer_tf.training.run_folder import RunFolder
from fgrmer_tf.training.threads import one_thread
from input_pipeline.batches import epoch_order

SEED = 3
CLASS_NAMES = ("positive", "negative", "surprise")
CONFIG = TrainConfig(epochs=3, batch_size=7, learning_rate=0.01)
FIXED = SelectionConfig()
SETTINGS = {"protocol": "loso", "seeds": [SEED], "train": {"epochs": 3}}


def make_table():
    """41 clips of five subjects in two data sets, classes told apart by their mean."""
    random = np.random.default_rng(1)
    label = random.integers(0, 3, 41)
    patches = random.normal(size=(41, 2, 3, 3, 1)).astype(np.float32)
    patches[:, 0] += label[:, None, None, None]
    return types.SimpleNamespace(
        patches=patches,
        label=label,
        dataset=np.repeat(["a", "b"], [17, 24]),
        subject=np.repeat(["1", "2", "1", "2", "3"], [11, 6, 13, 5, 6]),
        clip=np.array([f"clip{row}" for row in range(41)]),
        class_names=CLASS_NAMES,
    )


class Counted(keras.layers.Dense):
    """Counts how often Python runs it: once a trace, never in compiled steps."""

    calls = 0

    def call(self, inputs, **kwargs):
        Counted.calls += 1
        return super().call(inputs, **kwargs)


def make_model(dropout=0.3):
    patches = keras.Input((2, 3, 3, 1), name="patches")
    # A bias in front of the normalisation would have no gradient but rounding noise,
    # which Adam brings to full size.
    hidden = Counted(5, use_bias=False)(keras.layers.Flatten()(patches))
    hidden = keras.layers.BatchNormalization()(hidden)
    hidden = keras.layers.Dropout(dropout)(hidden)
    return keras.Model({"patches": patches}, {"logits": keras.layers.Dense(3)(hidden)})


def training_batch(columns, rows, seed, epoch):
    names = ("patches", "label", "weight")
    patches, label, weight = (tf.gather(columns[name], rows) for name in names)
    return {"patches": patches}, label, weight


def inference_batch(columns, rows):
    return {"patches": tf.gather(columns["patches"], rows)}


BATCHING = Batching(
    order=epoch_order, training=training_batch, inference=inference_batch
)


def make_trainer(build=make_model, batching=BATCHING, **changes):
    return FoldTrainer(build, batching, dataclasses.replace(CONFIG, **changes))


@dataclasses.dataclass(frozen=True)
class SmallSource:
    """Where the folds of the small run come from; can be sent to a process."""

    table: Any = dataclasses.field(default_factory=make_table)
    epochs: int = CONFIG.epochs
    selection: SelectionConfig = FIXED

    @property
    def label(self):
        return self.table.label

    @property
    def dataset(self):
        return self.table.dataset

    @property
    def subject(self):
        return self.table.subject

    def open(self):
        one_thread()
        return make_trainer()

    def fold_data(self, fold):
        table = self.table
        return FoldData(
            fold=fold,
            train={
                "patches": table.patches[fold.train],
                "label": table.label[fold.train],
                "weight": np.ones(len(fold.train), np.float32),
            },
            test={"patches": table.patches[fold.test]},
            notes=missing_classes(table.label, fold, table.class_names),
            probes={"turned": {"patches": -table.patches[fold.test]}},
        )


def make_folds(table):
    return leave_one_subject_out(table.dataset, table.subject)


def evaluate(path, source=None, progress=None, workers=1, seeds=(SEED,)):
    """The whole of a run, as the command line would do it."""
    source = source or SmallSource()
    with RunFolder(path, SETTINGS) as run:
        results = cross_validate(
            source,
            make_folds(source.table),
            seeds,
            run,
            workers=workers,
            progress=progress,
        )
        predictions = pool(source.table, results)
        run.save(predictions, {"protocol": "loso"})
    return results


def _die_after(epochs):
    def progress(standing):
        if standing.done >= epochs:
            os.kill(os.getpid(), signal.SIGKILL)

    return progress


if __name__ == "__main__":
    folder, death, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    evaluate(folder, progress=_die_after(death), workers=workers)
