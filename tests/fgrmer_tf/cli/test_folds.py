import dataclasses

import numpy as np
import pytest

from fgrmer_tf.cli.folds import ProtocolOptions
from fgrmer_tf.errors import InputError
from tests.support.tables import make_table

DATASET = np.array(["a"] * 11 + ["b"] * 6)
TABLE = make_table(clips=17, subjects=3, dataset=DATASET)


def names(**options):
    return [fold.name for fold in ProtocolOptions(**options).make(TABLE)]


def test_every_protocol_makes_its_folds():
    assert names() == [f"{d}/sub0{n}" for d in "ab" for n in range(3)]
    assert names(protocol="kfold", folds=2) == ["fold-1", "fold-2"]
    apart = ["a/fold-1", "a/fold-2", "b/fold-1", "b/fold-2"]
    assert names(protocol="kfold", folds=2, data_sets="apart") == apart
    assert names(protocol="lodo") == ["a", "b"]
    crossed = {"protocol": "cross", "train_on": ("b",), "test_on": ("a",)}
    assert names(**crossed) == ["b to a"]


def test_apart_trains_on_the_same_data_set_alone():
    together = ProtocolOptions().make(TABLE)
    apart = ProtocolOptions(data_sets="apart").make(TABLE)
    for one, other in zip(together, apart, strict=True):
        assert one.name == other.name
        np.testing.assert_array_equal(one.test, other.test)
        kept = one.train[DATASET[one.train] == one.name[0]]
        np.testing.assert_array_equal(kept, other.train)


def test_settings_say_what_decides_the_folds_and_nothing_else():
    assert ProtocolOptions(folds=7).settings() == {
        "protocol": "loso",
        "data_sets": "together",
    }
    assert ProtocolOptions(protocol="lodo").settings() == {"protocol": "lodo"}
    kfold = ProtocolOptions(protocol="kfold", folds=3, data_sets="apart").settings()
    assert kfold == {"protocol": "kfold", "folds": 3, "data_sets": "apart"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train_on": ("a",)}, "belong to --protocol cross"),
        ({"protocol": "lodo", "data_sets": "apart"}, "several data sets"),
        ({"protocol": "cross"}, "one to train on"),
        ({"protocol": "kfold", "folds": 7}, "2 to 6"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        names(**options)


def test_the_same_features_under_two_subjects_are_refused():
    patches = TABLE.patches.copy()
    patches[15] = patches[2]
    twins = dataclasses.replace(TABLE, patches=patches)
    with pytest.raises(InputError, match="very features"):
        ProtocolOptions().make(twins)
