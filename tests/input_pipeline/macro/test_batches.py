import collections

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from fgrmer_tf.transfer_config import AugmentConfig
from input_pipeline.macro.batches import (
    class_weights,
    inference_batches,
    normalized,
    training_batches,
)

PLAIN = AugmentConfig(
    crop_area=(1.0, 1.0),
    crop_aspect=(1.0, 1.0),
    flip=False,
    operations=0,
    erase_rate=0.0,
)


def batches(table, rows, augment=PLAIN, **said):
    settings = {"batch_size": 7, "epochs": 3, "seed": 5, **said}
    return list(training_batches(table, rows, augment, **settings).as_numpy_iterator())


def shown(table, made):
    """Row of each picture that was shown unchanged."""
    images = normalized(np.asarray(table.images)).numpy()
    flat = images.reshape(len(images), -1)
    return [
        int(np.abs(flat - one.reshape(-1)).max(axis=1).argmin())
        for inputs, _, _ in made
        for one in inputs["images"]
    ]


def test_pictures_are_normalised():
    image = np.zeros((1, 1, 1, 3), np.uint8) + np.array([0, 128, 255], np.uint8)
    expected = (image - np.array(IMAGE_MEAN)) / np.array(IMAGE_DEVIATION)
    np.testing.assert_allclose(normalized(image), expected, rtol=1e-6)


def test_every_epoch_shows_every_row_once_with_its_target(table):
    rows = np.flatnonzero(table.split == "train")
    made = batches(table, rows)
    steps = -(-len(rows) // 7)
    assert len(made) == 3 * steps
    order = shown(table, made)
    # The odd files show the first face: equal pictures are not told apart.
    content = [table.images[row].tobytes() for row in rows]
    for epoch in range(3):
        part = order[epoch * len(rows) : (epoch + 1) * len(rows)]
        assert collections.Counter(
            table.images[row].tobytes() for row in part
        ) == collections.Counter(content)
    assert order[: len(rows)] != order[len(rows) : 2 * len(rows)]
    targets = np.concatenate([target for _, target, _ in made])
    np.testing.assert_array_equal(targets.argmax(axis=1), table.label[order])
    assert {float(w) for *_, weight in made for w in weight} == {1.0}


@pytest.mark.parametrize(
    ("balance", "operations"), [("none", 1), ("loss", 0), ("sampling", 0)]
)
def test_a_later_epoch_is_the_same_without_those_before(table, balance, operations):
    rows = np.arange(len(table))
    augment = AugmentConfig(operations=operations)
    whole = batches(table, rows, augment, balance=balance)
    rest = batches(table, rows, augment, balance=balance, first_epoch=2)
    last = whole[-len(rest) :]
    assert len(rest) == len(whole) // 3
    for one, other in zip(last, rest, strict=True):
        np.testing.assert_array_equal(one[0]["images"], other[0]["images"])
        np.testing.assert_array_equal(one[1], other[1])
        np.testing.assert_array_equal(one[2], other[2])


def test_another_seed_changes_order_and_pictures(table):
    rows = np.arange(len(table))
    (first, *_), (second, *_) = (batches(table, rows, seed=seed) for seed in (1, 2))
    assert (first[0]["images"] != second[0]["images"]).any()


def test_a_loss_can_be_balanced(table):
    rows = np.flatnonzero((table.label == 0) | (table.clip == "train_00002"))
    made = batches(table, rows, epochs=1, balance="loss")
    target = np.concatenate([one[1] for one in made]).argmax(axis=1)
    weight = np.concatenate([one[2] for one in made])
    counts = np.bincount(target, minlength=7)
    assert counts[0] > 2
    assert counts[1] == 1
    expected = len(rows) / 7 / counts[target]
    np.testing.assert_allclose(weight, expected, rtol=1e-6)
    np.testing.assert_allclose(class_weights(table, rows)[2:], 0)


def test_sampling_shows_classes_equally_often(table):
    rows = np.flatnonzero((table.label == 0) | (table.clip == "train_00002"))
    made = batches(table, rows, epochs=60, balance="sampling")
    target = np.concatenate([one[1] for one in made]).argmax(axis=1)
    assert len(target) == 60 * len(rows)
    # A share of 540 draws is within 0.09 of one half but once in 30,000 times.
    assert (target == 1).mean() == pytest.approx(0.5, abs=0.09)


def test_one_class_alone_is_refused(table):
    with pytest.raises(InputError, match="two classes"):
        batches(table, np.flatnonzero(table.label == 3))


def test_inference_gives_the_rows_in_their_order(table):
    rows = np.array([5, 2, 11])
    (one,) = inference_batches(table, rows).as_numpy_iterator()
    np.testing.assert_allclose(one["images"], normalized(table.images[rows]))
