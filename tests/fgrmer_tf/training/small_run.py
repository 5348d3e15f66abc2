"""A run that takes a second: a small model, five subjects, every stage real.

As a program, it is a run that dies by SIGKILL in the middle of a fold:
`python -m tests.fgrmer_tf.training.small_run FOLDER EPOCHS_BEFORE_DEATH`.
"""

import os
import signal
import sys
import types

import keras
import numpy as np
import tensorflow as tf

from fgrmer_tf.config import TrainConfig
from fgrmer_tf.evaluation.protocols import leave_one_subject_out, missing_classes
from fgrmer_tf.evaluation.results import pool
from fgrmer_tf.training.cross_validation import cross_validate
from fgrmer_tf.training.fold_trainer import FoldData, FoldTrainer
from fgrmer_tf.training.run_folder import RunFolder

SEED = 3
CLASS_NAMES = ("positive", "negative", "surprise")
CONFIG = TrainConfig(epochs=3, batch_size=7, learning_rate=0.01)
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


def make_model(seed=SEED):
    keras.utils.set_random_seed(seed)
    patches = keras.Input((2, 3, 3, 1), name="patches")
    hidden = Counted(5)(keras.layers.Flatten()(patches))
    hidden = keras.layers.BatchNormalization()(hidden)
    hidden = keras.layers.Dropout(0.3)(hidden)
    return keras.Model({"patches": patches}, {"logits": keras.layers.Dense(3)(hidden)})


def make_trainer(seed=SEED, **changes):
    config = CONFIG if not changes else TrainConfig(**{**vars(CONFIG), **changes})
    return FoldTrainer(make_model(seed), config, seed)


def make_fold_data(table, seed=SEED):
    def fold_data(fold):
        features = {"patches": table.patches[fold.train]}
        weight = np.ones(len(fold.train), np.float32)
        train = tf.data.Dataset.from_tensor_slices(
            (features, table.label[fold.train], weight)
        )
        test = tf.data.Dataset.from_tensor_slices({"patches": table.patches[fold.test]})
        return FoldData(
            train=train.shuffle(41, seed=seed).batch(CONFIG.batch_size),
            test=test.batch(CONFIG.batch_size),
            notes=missing_classes(table.label, fold, table.class_names),
        )

    return fold_data


def make_folds(table):
    return leave_one_subject_out(table.dataset, table.subject)


def evaluate(path, table=None, progress=None):
    """The whole of a run, as the command line would do it."""
    table = table or make_table()
    with RunFolder(path, SETTINGS) as run:
        results = cross_validate(
            make_trainer(), make_folds(table), make_fold_data(table), run, progress
        )
        predictions = pool(table, results)
        run.save(predictions, {"protocol": "loso"})
    return results


def _die_after(epochs):
    def progress(_, done, __):
        if done == epochs:
            os.kill(os.getpid(), signal.SIGKILL)

    return progress


if __name__ == "__main__":
    evaluate(sys.argv[1], progress=_die_after(int(sys.argv[2])))
