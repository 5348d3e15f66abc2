"""The held-out subject does not exist until its fold is tested."""

import dataclasses

import numpy as np
import pytest

from fgrmer_tf.cli.evaluate import fold_data
from fgrmer_tf.cli.recipe import resolve
from fgrmer_tf.config import ModelConfig, TrainConfig
from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.protocols import leave_one_subject_out
from input_pipeline.au_graph import FACS_PRIOR_NOTE
from tests.support.tables import make_table

TABLE = make_table(clips=23, subjects=5)
FOLD = leave_one_subject_out(TABLE.dataset, TABLE.subject)[2]


def data_of(table, **train):
    config = TrainConfig(**{"batch_size": 7} | train)
    return fold_data(resolve(table, ModelConfig(), config, None), FOLD, seed=3)


def batches(data):
    flat = []
    for features, *targets in data.train.as_numpy_iterator():
        flat += [features["patches"], features["au_embeddings"], *targets]
    return flat


def changed(rows):
    """The table with everything about the clips at `rows` changed."""
    patches, label, au = TABLE.patches.copy(), TABLE.label.copy(), TABLE.au.copy()
    patches[rows] *= -100
    label[rows] = (label[rows] + 1) % 3
    au[rows] = 1 - au[rows]
    return dataclasses.replace(TABLE, patches=patches, label=label, au=au)


def same(one, other):
    arrays = zip(batches(one), batches(other), strict=True)
    equal = all(np.array_equal(left, right) for left, right in arrays)
    return equal and np.array_equal(one.adjacency, other.adjacency)


def test_nothing_of_the_test_subject_reaches_training():
    assert same(data_of(TABLE), data_of(changed(FOLD.test)))


def test_the_comparison_sees_a_change_of_the_training_clips():
    assert not same(data_of(TABLE), data_of(changed(FOLD.train[:1])))


def test_training_holds_the_training_clips_and_no_other():
    data = data_of(TABLE, mirror=False)
    patches = np.concatenate([f["patches"] for f, *_ in data.train.as_numpy_iterator()])
    expected = TABLE.patches[FOLD.train]
    assert sorted(p.tobytes() for p in patches) == sorted(p.tobytes() for p in expected)
    tested = np.concatenate([f["patches"] for f in data.test.as_numpy_iterator()])
    np.testing.assert_array_equal(tested, TABLE.patches[FOLD.test])


def test_the_prior_is_said_where_no_clip_is_annotated():
    table = dataclasses.replace(TABLE, au=np.full_like(TABLE.au, 255))
    assert data_of(table).notes == (FACS_PRIOR_NOTE,)
    assert data_of(TABLE).notes == ()


def test_settings_follow_the_table_and_the_users_matrix(tmp_path):
    np.save(tmp_path / "m.npy", np.ones((9, 11)))
    table = make_table(channels=1)
    recipe = resolve(table, ModelConfig(), TrainConfig(), tmp_path / "m.npy")
    assert recipe.config.model.embedding_dim == 11
    assert recipe.config.model.channels == 1
    assert recipe.embeddings(recipe.statistics(FOLD.train[:5])).shape == (9, 11)


def test_a_matrix_for_a_learned_embedding_is_refused(tmp_path):
    learned = ModelConfig(au_embedding="learned")
    with pytest.raises(InputError, match="learned"):
        resolve(TABLE, learned, TrainConfig(), tmp_path / "m.npy")
