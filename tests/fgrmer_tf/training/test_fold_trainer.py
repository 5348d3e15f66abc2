import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.config import ModelConfig, TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.fgrmer import build_fgrmer
from fgrmer_tf.training.fold_trainer import FoldData, FoldTrainer
from tests.fgrmer_tf.training import small_run


@pytest.fixture(scope="module")
def table():
    return small_run.make_table()


@pytest.fixture(scope="module")
def data(table):
    """Data of every fold, made anew at each use, as a process would."""
    make = small_run.make_fold_data(table)
    return [lambda fold=fold: make(fold) for fold in small_run.make_folds(table)]


def outcome(trainer, data):
    loss = trainer.fit(data.train, data.adjacency, name="fold")
    return np.array(loss), trainer.predict(data.test, name="fold")


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_fold_after_others_equals_the_fold_alone(data):
    trainer = small_run.make_trainer()
    in_order = [outcome(trainer, of()) for of in data]
    backwards = [outcome(trainer, of()) for of in data[::-1]][::-1]
    for one, other in zip(in_order, backwards, strict=True):
        assert_same(one, other)
    assert_same(in_order[1], outcome(small_run.make_trainer(), data[1]()))
    # Folds do differ, so that equality above says something.
    assert in_order[0][0][-1] != in_order[1][0][-1]


def test_the_same_start_with_another_seed_of_dropout_differs(data):
    trainer, other = small_run.make_trainer(), small_run.make_trainer(seed=5)
    for mine, its in zip(trainer.model.weights, other.model.weights, strict=True):
        its.assign(mine)
    twin = FoldTrainer(other.model, small_run.CONFIG, seed=5)
    assert outcome(twin, data[0]())[0][-1] != outcome(trainer, data[0]())[0][-1]


def test_nothing_is_traced_twice(data):
    trainer = small_run.make_trainer()
    outcome(trainer, data[0]())
    traced = small_run.Counted.calls
    for of in data[1:]:
        outcome(trainer, of())
    assert small_run.Counted.calls == traced


def test_the_loss_falls(data):
    trainer = small_run.make_trainer(epochs=23)
    loss = trainer.fit(data[0]().train, None, name="fold")
    assert len(loss) == 23
    assert loss[-1] < 0.5 * loss[0]


def test_a_clip_without_weight_teaches_nothing(data):
    trainer = small_run.make_trainer()
    before = [v.value.numpy() for v in trainer.model.trainable_variables]
    trainer.fit(data[0]().train.map(lambda x, y, w: (x, y, 0 * w)), None, name="fold")
    assert_same(before, [v.value.numpy() for v in trainer.model.trainable_variables])


def test_epochs_are_reported_with_their_loss(data):
    seen = []
    loss = small_run.make_trainer().fit(
        data[0]().train, None, name="fold", on_epoch=lambda *event: seen.append(event)
    )
    assert seen == list(enumerate(loss, start=1))


def test_the_model_stays_uncompiled(data):
    trainer = small_run.make_trainer()
    outcome(trainer, data[0]())
    assert not trainer.model.compiled


def test_a_loss_that_is_not_finite_names_fold_and_epoch(data):
    trainer = small_run.make_trainer()
    poisoned = data[0]().train.map(lambda x, y, w: (x, y, w * np.nan))
    with pytest.raises(InputError, match=r"nan in epoch 1 of `samm/07`.*0\.01"):
        trainer.fit(poisoned, None, name="samm/07")
    # The next fold is none the worse for it.
    assert_same(
        outcome(trainer, data[1]()), outcome(small_run.make_trainer(), data[1]())
    )


def test_features_that_are_not_finite_stop_the_prediction(data):
    trainer = small_run.make_trainer()
    features = np.zeros((5, 2, 3, 3, 1), np.float32)
    features[3, 1, 2, 2, 0] = np.nan
    test = tf.data.Dataset.from_tensor_slices({"patches": features}).batch(2)
    with pytest.raises(InputError, match="test clip 3 of `samm/07`"):
        trainer.predict(test, name="samm/07")


def test_test_data_with_labels_is_refused(data):
    fold = data[0]()
    with pytest.raises(InputError, match="so that no label reaches the model"):
        FoldData(train=fold.train, test=fold.train)


def test_fgrmer_is_the_same_in_every_fold_and_takes_its_adjacency():
    config = dataclasses.replace(ModelConfig(), channels=1)
    trainer = FoldTrainer(
        build_fgrmer(**dataclasses.asdict(config)), TrainConfig(epochs=2), seed=0
    )
    random = np.random.default_rng(7)
    features = {
        "patches": random.normal(size=(11, 30, 7, 7, 1)).astype(np.float32),
        "au_embeddings": random.normal(size=(11, 9, config.embedding_dim)).astype(
            np.float32
        ),
    }
    targets = (random.integers(0, 3, 11), np.ones(11, np.float32))
    identity = np.eye(9, dtype=np.float32)
    folds = [
        FoldData(
            train=tf.data.Dataset.from_tensor_slices((features, *targets)).batch(5),
            test=tf.data.Dataset.from_tensor_slices(features).batch(5),
            adjacency=adjacency,
        )
        for adjacency in (identity, identity + 0.3)
    ]
    alone = outcome(trainer, folds[0])
    with_another = outcome(trainer, folds[1])
    assert_same(outcome(trainer, folds[0]), alone)
    assert (with_another[1] != alone[1]).any()
