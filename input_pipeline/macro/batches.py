"""Batches of pictures for TransFER: for training, and for everything else."""

import functools
import os
from typing import Any

import numpy as np
import tensorflow as tf

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import IMAGE_DEVIATION, IMAGE_MEAN
from fgrmer_tf.transfer_config import AugmentConfig, Balance
from input_pipeline.macro.augmentation import Augmentation
from input_pipeline.macro.store import PhotoTable

PREDICTED = 64
"""Pictures predicted at once: bounds memory."""
_LANES = min(os.cpu_count() or 1, 8)


def normalized(images: Any) -> Any:
    """RGB of [0, 255] as the network reads it, float32."""
    images = tf.cast(images, tf.float32)
    return (images - tf.constant(IMAGE_MEAN)) / tf.constant(IMAGE_DEVIATION)


def training_batches(
    table: PhotoTable,
    rows: np.ndarray,
    augment: AugmentConfig,
    *,
    batch_size: int,
    epochs: int,
    seed: int,
    balance: Balance = "none",
    first_epoch: int = 0,
) -> tf.data.Dataset:
    """All batches of all epochs from one on.

    What an epoch shows is a function of seed and epoch alone, and so is what is done
    to it: a run that was stopped goes on with the batches it would have had.

    Args:
        table: The store.
        rows: int64 `(training,)`, what may be shown.
        augment: Changes of the pictures.
        batch_size: Pictures a batch; the last of an epoch may have fewer.
        epochs: How many there are in all.
        seed: Of order and changes, at least 0.
        balance: As in `TransferTrainConfig`.
        first_epoch: The first to be given, from 0.

    Returns:
        `({"images": float32 (batch, side, side, 3)}, target (batch, num_classes),
        weight (batch,))`.

    Raises:
        InputError: If only one class is among the rows.
    """
    weight = class_weights(table, rows)

    def shown(epoch: np.ndarray) -> np.ndarray:
        random = np.random.default_rng([seed, int(epoch)])
        if balance == "sampling":
            share = weight[table.label[rows]]
            return random.choice(rows, len(rows), p=share / share.sum())
        return random.permutation(rows)

    def picked(chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        weighs = weight[table.label[chosen]] if balance == "loss" else np.ones(1)
        weighs = np.broadcast_to(weighs, chosen.shape).astype(np.float32)
        return table.images[chosen], table.target[chosen], weighs

    def epoch_of(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.numpy_function(shown, [epoch], tf.int64, stateful=False)
        order = tf.ensure_shape(order, (len(rows),))
        batches = tf.data.Dataset.from_tensor_slices(order).batch(batch_size)
        return batches.enumerate().map(
            lambda number, chosen: (tf.stack([epoch, number]), chosen)
        )

    def gathered(change: Augmentation, key: tf.Tensor, chosen: tf.Tensor):
        images, target, weighs = tf.numpy_function(
            picked, [chosen], (tf.uint8, tf.float32, tf.float32), stateful=False
        )
        side, classes = table.side, len(table.class_names)
        images = tf.ensure_shape(images, (None, side, side, 3))
        # One number of each batch: no key of two batches is the same.
        place = tf.stack([tf.constant(seed, tf.int64), key[0] * 2**20 + key[1] * 2**4])
        images = normalized(change(images, place))
        return (
            {"images": images},
            tf.ensure_shape(target, (None, classes)),
            tf.ensure_shape(weighs, (None,)),
        )

    steps = tf.data.Dataset.range(first_epoch, epochs).flat_map(epoch_of)
    # A generator serves one batch at a time, so each lane has its own; every batch is
    # the same whatever their number.
    lanes = [
        steps.shard(_LANES, lane)
        .map(functools.partial(gathered, Augmentation(augment, table.side)))
        .prefetch(1)
        for lane in range(_LANES)
    ]
    turns = tf.data.Dataset.range(_LANES).repeat()
    return tf.data.Dataset.choose_from_datasets(lanes, turns, False)


def inference_batches(table: PhotoTable, rows: np.ndarray) -> tf.data.Dataset:
    """The pictures of `rows` in their order, as they are: `{"images"}`."""
    side = table.side

    def gathered(chosen: tf.Tensor):
        images = tf.numpy_function(
            lambda numbers: table.images[numbers], [chosen], tf.uint8, stateful=False
        )
        return {"images": normalized(tf.ensure_shape(images, (None, side, side, 3)))}

    batches = tf.data.Dataset.from_tensor_slices(rows).batch(PREDICTED)
    return batches.map(gathered, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def class_weights(table: PhotoTable, rows: np.ndarray) -> np.ndarray:
    """`n / (num_classes * n_class)` of each class, 0 of one that no picture has.

    Raises:
        InputError: If only one class is among the rows.
    """
    counts = np.bincount(table.label[rows], minlength=len(table.class_names))
    if (counts > 0).sum() < 2:
        raise InputError(
            "Training needs pictures of two classes or more. Received: "
            f"{len(rows)} pictures, of each class {counts.tolist()}."
        )
    whole = len(rows) / len(counts)
    return np.where(counts, whole / np.maximum(counts, 1), 0.0)
