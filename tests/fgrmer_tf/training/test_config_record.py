import json

import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.experiments import EXPERIMENTS
from fgrmer_tf.training.config_record import config_from_dict, config_to_dict


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_survives_json(name):
    record = json.loads(json.dumps(config_to_dict(EXPERIMENTS[name])))
    assert config_from_dict(record) == EXPERIMENTS[name]


def record(group=None, **changes):
    found = config_to_dict(EXPERIMENTS["default"])
    (found[group] if group else found).update(changes)
    return found


def test_missing_and_unknown_names_are_refused():
    missing = record()
    del missing["train"]["epochs"], missing["train"]["batch_size"]
    with pytest.raises(InputError, match=r"missing `train.batch_size`, `train.epochs`"):
        config_from_dict(missing)
    with pytest.raises(InputError, match=r"unknown `model.depth`"):
        config_from_dict(record("model", depth=2))
    with pytest.raises(InputError, match="unknown `optimizer`"):
        config_from_dict(record(optimizer={}))
    with pytest.raises(InputError, match=r"missing .*`train.au_evidence`"):
        config_from_dict(record(train=3))


@pytest.mark.parametrize(
    ("group", "change"),
    [
        ("train", {"epochs": "many"}),
        ("train", {"epochs": True}),
        ("train", {"epochs": 2.5}),
        ("train", {"class_balanced": 1}),
        ("model", {"au_embedding": "guessed"}),
    ],
)
def test_a_value_of_another_type_is_refused(group, change):
    (name,) = change
    with pytest.raises(InputError, match=rf"Setting `{group}.{name}` must be"):
        config_from_dict(record(group, **change))


def test_a_whole_number_serves_as_a_fraction():
    assert config_from_dict(record("train", learning_rate=1)).train.learning_rate == 1


def test_a_value_the_settings_refuse_is_refused():
    with pytest.raises(InputError, match="`epochs` and `batch_size`"):
        config_from_dict(record("train", epochs=0))
