import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from fgrmer_tf.config import ModelConfig, TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.models.fgrmer import build_fgrmer
from fgrmer_tf.training.fold_data import Batching
from fgrmer_tf.training.fold_trainer import FoldTrainer
from fgrmer_tf.training.objective import classification_loss
from input_pipeline import batches
from tests.fgrmer_tf.training import small_run

SEED = small_run.SEED


@pytest.fixture(scope="module")
def data():
    """Data of every fold."""
    source = small_run.SmallSource()
    return [source.fold_data(fold) for fold in small_run.make_folds(source.table)]


def outcome(trainer, data, seed=SEED, epochs=3):
    loss = trainer.fit(data.train, None, seed=seed, epochs=epochs, name="fold")
    return np.array(loss), trainer.predict(data.test, len(data.fold.test), name="fold")


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_fold_after_others_equals_the_fold_alone(data):
    trainer = small_run.make_trainer()
    in_order = [outcome(trainer, of) for of in data]
    backwards = [outcome(trainer, of) for of in data[::-1]][::-1]
    for one, other in zip(in_order, backwards, strict=True):
        assert_same(one, other)
    assert_same(in_order[1], outcome(small_run.make_trainer(), data[1]))
    # Folds do differ, so that equality above says something.
    assert in_order[0][0][-1] != in_order[1][0][-1]


def test_seeds_differ_and_come_back(data):
    trainer = small_run.make_trainer()
    first = outcome(trainer, data[0])
    assert (outcome(trainer, data[0], seed=5)[1] != first[1]).any()
    assert_same(outcome(trainer, data[0]), first)


def test_nothing_is_traced_twice(data):
    trainer = small_run.make_trainer()
    outcome(trainer, data[0])
    trainer.fit(data[0].train, None, seed=5, epochs=1, name="fold")
    traced = small_run.Counted.calls
    for of in data[1:]:
        outcome(trainer, of)
        outcome(trainer, of, seed=5)
    assert small_run.Counted.calls == traced


def keras_fit(build, data, seed, config, batching, epochs):
    """The same training by Keras itself: its optimizer, its loop, one batch a step."""
    keras.utils.set_random_seed(seed)
    model = build()
    columns = {name: tf.constant(of) for name, of in data.train.items()}
    key, clips = tf.constant(seed, tf.int64), len(data.train["label"])

    def steps():
        for epoch in map(lambda n: tf.constant(n, tf.int64), range(epochs)):
            order = batching.order(tf.constant(clips, tf.int64), key, epoch)
            for first in range(0, clips, config.batch_size):
                rows = order[first : first + config.batch_size]
                yield batching.training(columns, rows, key, epoch)

    optimizer = keras.optimizers.Adam(config.learning_rate)
    model.compile(optimizer=optimizer, loss=classification_loss())
    for features, label, weight in steps():
        model.train_on_batch(features, label, sample_weight=weight)
    rows = tf.range(len(data.fold.test), dtype=tf.int64)
    test = {name: tf.constant(of) for name, of in data.test.items()}
    logits = model(batching.inference(test, rows), training=False)["logits"]
    return model, keras.ops.convert_to_numpy(logits)


def test_a_fold_equals_the_model_trained_alone_by_keras(data):
    def build():
        return small_run.make_model(dropout=0.0)

    config = dataclasses.replace(small_run.CONFIG, learning_rate=0.002)
    trainer = FoldTrainer(build, small_run.BATCHING, config)
    outcome(trainer, data[1], epochs=2)  # Another fold before it leaves no trace.
    _, logits = outcome(trainer, data[0], epochs=2)  # 10 steps
    model, expected = keras_fit(
        build, data[0], SEED, config, small_run.BATCHING, epochs=2
    )
    np.testing.assert_allclose(logits, expected, atol=1e-5)
    for ours, its in zip(trainer.model.variables, model.variables, strict=True):
        if "seed_generator" not in ours.path:
            np.testing.assert_allclose(
                keras.ops.convert_to_numpy(ours),
                keras.ops.convert_to_numpy(its),
                atol=1e-5,
                err_msg=ours.path,
            )


def test_the_loss_falls_and_a_clip_without_weight_teaches_nothing(data):
    trainer = small_run.make_trainer()
    train = data[0].train
    loss = trainer.fit(train, None, seed=SEED, epochs=23, name="fold")
    assert len(loss) == 23
    assert loss[-1] < 0.5 * loss[0]
    mute = {**train, "weight": 0 * train["weight"]}
    assert trainer.fit(mute, None, seed=SEED, epochs=2, name="fold") == (0, 0)
    keras.utils.set_random_seed(SEED)
    start = small_run.make_model().trainable_variables
    for now, before in zip(trainer.model.trainable_variables, start, strict=True):
        np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (now, before)))


def test_epochs_are_reported_with_their_loss(data):
    seen = []
    loss = small_run.make_trainer().fit(
        data[0].train,
        None,
        seed=SEED,
        epochs=2,
        name="fold",
        on_epoch=lambda *event: seen.append(event),
    )
    assert seen == list(enumerate(loss, start=1))


def test_a_loss_that_is_not_finite_names_fold_and_epoch(data):
    trainer = small_run.make_trainer()
    poisoned = {**data[0].train, "weight": data[0].train["weight"] * np.nan}
    with pytest.raises(InputError, match=r"nan in epoch 1 of `samm/07`.*0\.01"):
        trainer.fit(poisoned, None, seed=SEED, epochs=1, name="samm/07")
    # The next fold is none the worse for it.
    assert_same(outcome(trainer, data[1]), outcome(small_run.make_trainer(), data[1]))


def test_features_that_are_not_finite_stop_the_prediction(data):
    features = np.zeros((300, 2, 3, 3, 1), np.float32)
    features[283, 1, 2, 2, 0] = np.nan
    with pytest.raises(InputError, match="test clip 283 of `samm/07`"):
        small_run.make_trainer().predict({"patches": features}, 300, name="samm/07")


def fgrmer_case(**changes):
    config = dataclasses.replace(ModelConfig(), channels=1, **changes)
    random = np.random.default_rng(7)
    train = {
        "patches": random.normal(size=(23, 1, 30, 7, 7, 1)).astype(np.float32),
        "row_weights": random.uniform(0.5, 1.5, (23, 1, 9)).astype(np.float32),
        "embeddings": random.normal(size=(9, config.embedding_dim)).astype(np.float32),
        "label": random.integers(0, 3, 23),
        "weight": random.uniform(0.5, 1.5, 23).astype(np.float32),
    }
    test = {
        "patches": train["patches"][:5, 0] + 1,
        "row_weights": train["row_weights"][:5, 0],
        "embeddings": train["embeddings"],
    }

    def training(columns, rows, seed, epoch):
        return batches.training_batch(
            columns, rows, seed, epoch, mirror=False, variant_rate=0.5
        )

    batching = Batching(
        order=batches.epoch_order,
        training=training,
        inference=batches.inference_batch,
    )

    def build():
        return build_fgrmer(**dataclasses.asdict(config))

    fold = small_run.types.SimpleNamespace(test=np.arange(5))
    return (
        build,
        batching,
        small_run.types.SimpleNamespace(train=train, test=test, fold=fold),
    )


def test_fgrmer_equals_the_model_trained_alone_by_keras():
    build, batching, data = fgrmer_case(dropout_rate=0.0, attention_dropout_rate=0.0)
    config = TrainConfig(batch_size=11)
    trainer = FoldTrainer(build, batching, config)
    loss, logits = outcome(trainer, data, epochs=3)  # 9 steps, each third one padded
    model, expected = keras_fit(build, data, SEED, config, batching, epochs=3)
    np.testing.assert_allclose(logits, expected, atol=1e-5)
    assert np.isfinite(loss).all()
    for ours, its in zip(trainer.model.variables, model.variables, strict=True):
        # In front of batch normalisation a bias has no gradient but rounding noise,
        # which Adam brings to full size.
        if "depthwise/bias" not in ours.path and "moving_mean" not in ours.path:
            np.testing.assert_allclose(
                keras.ops.convert_to_numpy(ours),
                keras.ops.convert_to_numpy(its),
                atol=1e-5,
                err_msg=ours.path,
            )


def test_fgrmer_takes_the_adjacency_of_its_fold():
    build, batching, data = fgrmer_case()
    trainer = FoldTrainer(build, batching, TrainConfig(batch_size=11))

    def logits(adjacency):
        trainer.fit(data.train, adjacency, seed=0, epochs=1, name="fold")
        return trainer.predict(data.test, 5, name="fold")

    identity = np.eye(9, dtype=np.float32)
    alone, other = logits(identity), logits(identity + 0.3)
    np.testing.assert_array_equal(logits(identity), alone)
    assert (other != alone).any()
