from typing import get_args

import pytest

from fgrmer_tf.transfer_config import TransferConfig
from fgrmer_tf.transfer_experiments import (
    PUBLISHED,
    TRANSFER_EXPERIMENTS,
    VARIANTS,
    TransferExperimentName,
    Variant,
    variant,
)


def test_names_and_settings_agree():
    assert tuple(TRANSFER_EXPERIMENTS) == get_args(TransferExperimentName)
    assert tuple(VARIANTS) == get_args(Variant)


def test_the_published_settings():
    assert PUBLISHED.network == TransferConfig()
    train = PUBLISHED.train
    assert (train.optimizer, train.learning_rate, train.weight_decay) == (
        "sgd",
        1e-4,
        1e-4,
    )
    assert (train.epochs, train.batch_size, train.milestones) == (40, 64, (15, 30))
    assert (PUBLISHED.augment.operations, PUBLISHED.augment.magnitude) == (2, 0.5)


@pytest.mark.parametrize("name", get_args(Variant))
def test_a_variant_changes_the_network_alone(name):
    made = variant(PUBLISHED, name)
    assert made.train == PUBLISHED.train
    assert made.augment == PUBLISHED.augment
    assert (made == PUBLISHED) == (name == "mad-msad")


def test_the_parts_are_added_one_by_one():
    networks = [
        variant(PUBLISHED, name).network
        for name in ("stem-only", "local-cnns", "mad", "mad-msad")
    ]
    assert [n.local_attentions for n in networks] == [0, 2, 2, 2]
    assert [n.map_drop_rate for n in networks] == [0, 0, 0.6, 0.6]
    assert [n.head_drop_rate for n in networks] == [0, 0, 0, 0.3]
