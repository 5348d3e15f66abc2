import dataclasses

import numpy as np
import pytest

from fgrmer_tf.cli.transfer_folds import fold_notes
from fgrmer_tf.cli.transfer_options import (
    PhotoProtocol,
    TransferOptions,
    resolve_network,
    scored_rows,
    training_rows,
)
from fgrmer_tf.errors import InputError
from input_pipeline.macro.store import PhotoTable

SPLITS = np.array(["train"] * 13 + ["validation"] * 4 + ["test"] * 6)


def table(split=SPLITS, known=True, classes=3):
    rows = len(split)
    images = np.random.default_rng(3).integers(0, 255, (rows, 17, 17, 3), np.uint8)
    return PhotoTable(
        images=images,
        target=np.eye(classes, dtype=np.float32)[np.arange(rows) % classes],
        dataset=np.full(rows, "raf-db"),
        subject=np.array([f"s{row % 7}" for row in range(rows)]),
        clip=np.array([f"c{row}" for row in range(rows)]),
        split=split,
        class_names=("a", "b", "c")[:classes],
        header={"subjects_known": known, "side": 17, "alignment": "none"},
    )


def test_official_parts_are_the_default_where_there_are_some():
    protocol = PhotoProtocol()
    (fold,) = protocol.make(table())
    assert fold.train.tolist() == list(range(13))
    assert fold.test.tolist() == list(range(17, 23))
    assert protocol.settings(table()) == {"protocol": "official"}


def test_subjects_are_grouped_where_there_are_no_parts():
    protocol = PhotoProtocol(folds=3)
    of = table(np.full(23, ""))
    folds = protocol.make(of)
    assert len(folds) == 3
    for fold in folds:
        assert not set(of.subject[fold.train]) & set(of.subject[fold.test])
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(23))
    assert protocol.settings(of) == {"protocol": "kfold", "folds": 3}


def test_what_a_protocol_needs_must_be_known():
    with pytest.raises(InputError, match="parts train and test"):
        PhotoProtocol(protocol="official").make(table(np.full(23, "")))
    with pytest.raises(InputError, match=r"subjects\.csv"):
        PhotoProtocol(protocol="kfold").make(table(known=False))
    with pytest.raises(InputError, match="Received: 8"):
        PhotoProtocol(protocol="kfold", folds=8).make(table())


def test_the_same_picture_of_two_subjects_is_refused():
    of = table(np.full(23, ""))
    of.images[1] = of.images[0]
    with pytest.raises(InputError, match="listed twice"):
        PhotoProtocol(folds=3).make(of)


def test_a_ready_model_is_asked_about_the_test_part_or_all():
    assert scored_rows(table()).tolist() == list(range(17, 23))
    assert scored_rows(table(np.full(23, ""))).tolist() == list(range(23))
    with pytest.raises(InputError, match="a store with train, validation alone"):
        scored_rows(table(SPLITS[:17]))


def test_a_model_that_is_kept_learns_from_the_training_part():
    assert training_rows(table()).tolist() == list(range(13))
    assert training_rows(table(np.full(23, ""))).tolist() == list(range(23))


def test_the_network_takes_classes_and_size_of_the_store():
    network = resolve_network(table(), TransferOptions(embedding_dim=64))
    assert (network.num_classes, network.image_size) == (3, 17)
    assert network.embedding_dim == 64


def test_a_fold_says_what_it_cannot_have_learnt_and_what_it_has_seen():
    of = table(known=False)
    (fold,) = PhotoProtocol().make(of)
    assert fold_notes(of, fold) == []
    (people,) = fold_notes(table(), fold)
    assert people.startswith("6 people who are tested were trained on too: raf-db/s0,")
    of.images[18] = of.images[2]
    without = dataclasses.replace(fold, train=fold.train[fold.train % 3 != 1])
    absent, twins = fold_notes(of, without)
    assert "No training picture shows b" in absent
    assert twins.startswith("1 tested pictures")
