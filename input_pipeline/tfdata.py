"""`tf.data` pipelines: one for training, one for inference.

A table is in memory whole. What runs through the pipelines are numbers of batches; a
batch is gathered at once, which is many times as fast as handing on clips one by one.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from input_pipeline.batch_columns import Columns, inference_columns, training_columns
from input_pipeline.batches import (
    epoch_rows,
    inference_batch,
    steps_per_epoch,
    training_batch,
)
from input_pipeline.feature_table import FeatureTable


def _constants(columns: Columns) -> Columns:
    # Data sets run on the processor; tensors elsewhere would be fetched each step.
    with tf.device("cpu"):
        return {name: tf.constant(values) for name, values in columns.items()}


def training(
    table: FeatureTable,
    *,
    embeddings: np.ndarray | None,
    evidence: bool,
    class_balanced: bool,
    mirror: bool,
    variant_rate: float,
    batch_size: int,
    seed: int,
    epochs: int,
    motion_map: bool = False,
) -> tf.data.Dataset:
    """Shuffled batches of `(inputs, label, weight)` over the clips of `table`.

    Everything random is a function of `seed` and changes every epoch. An epoch shows
    each clip once: its patches, or one of its variants in their place.

    Args:
        table: Training clips of one fold and nothing else.
        embeddings: As in `batch_columns.training_columns`.
        evidence: As in `batch_columns.training_columns`.
        class_balanced: As in `batch_columns.training_columns`.
        mirror: As in `batches.training_batch`.
        variant_rate: As in `batches.training_batch`.
        batch_size: Clips a batch; the last one of an epoch may be smaller.
        seed: Order of the clips, which are mirrored, and which variants are shown.
        epochs: How often each clip is shown.
        motion_map: As in `batch_columns.training_columns`.

    Returns:
        All batches of all epochs, `batches.steps_per_epoch` an epoch: `patches` float32
        `(batch, landmarks, patch_h, patch_w, channels)`; with embeddings,
        `au_embeddings` float32 `(batch, num_nodes, embedding_dim)`; on request,
        `motion_map` float32 `(batch, height, width, channels)`; label int64 `(batch,)`;
        weight float32 `(batch,)`.

    Raises:
        InputError: If motion maps are asked of a table without.
    """
    columns = _constants(
        training_columns(
            table,
            embeddings=embeddings,
            evidence=evidence,
            class_balanced=class_balanced,
            mirror=mirror,
            motion_map=motion_map,
        )
    )
    steps = steps_per_epoch(len(table), batch_size)
    clips, key = tf.constant(len(table), tf.int64), tf.constant(seed, tf.int64)

    def batch(number: Any):
        epoch, first = number // steps, number % steps * batch_size
        places = tf.range(first, tf.minimum(first + batch_size, clips))
        rows = epoch_rows(places, clips, key, epoch)
        return training_batch(
            columns, rows, key, epoch, mirror=mirror, variant_rate=variant_rate
        )

    return tf.data.Dataset.range(epochs * steps).map(batch).prefetch(tf.data.AUTOTUNE)


def inference(
    table: FeatureTable,
    *,
    embeddings: np.ndarray | None,
    evidence: bool,
    batch_size: int = 64,
    motion_map: bool = False,
) -> tf.data.Dataset:
    """Batches of model inputs in the order of `table`, which shows no variant.

    Arguments as `batch_columns.inference_columns`; raises as that.
    """
    columns = _constants(
        inference_columns(
            table, embeddings=embeddings, evidence=evidence, motion_map=motion_map
        )
    )
    return (
        tf.data.Dataset.range(len(table))
        .batch(batch_size)
        .map(lambda rows: inference_batch(columns, rows))
        .prefetch(tf.data.AUTOTUNE)
    )
