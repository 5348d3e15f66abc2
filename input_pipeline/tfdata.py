"""`tf.data` pipelines: one for training, one for inference."""

from typing import Any

import numpy as np
import tensorflow as tf

from input_pipeline.au_evidence import au_evidence
from input_pipeline.augment import mirror as mirror_clips
from input_pipeline.feature_table import FeatureTable


def _inputs(
    table: FeatureTable, embeddings: np.ndarray | None, evidence: bool
) -> tf.data.Dataset:
    """Clips one by one: patches and, when embeddings are given, their row weights."""
    features: Any = {"patches": table.patches}
    if embeddings is not None:
        features["row_weights"] = (
            au_evidence(tf.constant(table.patches)).numpy()
            if evidence
            else np.ones((len(table), len(embeddings)), np.float32)
        )
    return tf.data.Dataset.from_tensor_slices(features)


def _embed(features: dict, embeddings: np.ndarray | None) -> dict:
    if embeddings is None:
        return features
    weights = features["row_weights"]
    return {
        "patches": features["patches"],
        "au_embeddings": weights[:, :, None] * tf.constant(embeddings)[None],
    }


def training(
    table: FeatureTable,
    *,
    embeddings: np.ndarray | None,
    evidence: bool,
    class_balanced: bool,
    mirror: bool,
    batch_size: int,
    seed: int,
) -> tf.data.Dataset:
    """Shuffled batches of `(inputs, label, weight)` over the clips of `table`.

    Everything random is a function of `seed` and changes every epoch.

    Args:
        table: Training clips of one fold and nothing else.
        embeddings: float32 `(num_nodes, embedding_dim)`, or `None` for a model whose
            embedding is learned.
        evidence: Whether embedding rows are weighted by the clip's own AU evidence.
        class_balanced: Whether `weight` is n / (k * n_class), else 1, with `k` the
            number of classes among these clips.
        mirror: Whether every epoch mirrors half of the clips, drawn anew.
        batch_size: Clips a batch; the last one may be smaller.
        seed: Order of the clips, and which are mirrored.

    Returns:
        Batches: `patches` float32 `(batch, landmarks, patch_h, patch_w, channels)` and,
        with embeddings, `au_embeddings` float32 `(batch, num_nodes, embedding_dim)`;
        label int64 `(batch,)`; weight float32 `(batch,)`.
    """
    counts = np.bincount(table.label, minlength=len(table.class_names))
    weight = np.ones(len(table), np.float32)
    if class_balanced:
        present = np.count_nonzero(counts)
        weight = (len(table) / (present * counts[table.label])).astype(np.float32)
    targets = tf.data.Dataset.from_tensor_slices((table.label, weight))
    clips = tf.data.Dataset.zip(_inputs(table, embeddings, evidence), targets)
    # Shuffled before batching, so that the clips of a batch change from epoch to epoch.
    clips = clips.shuffle(len(table), seed=seed, reshuffle_each_iteration=True)
    draws = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True)

    def finish(clips_and_targets, draws):
        features, target = clips_and_targets
        if mirror:
            mirrored = tf.reshape(draws % 2 == 0, (-1, 1, 1, 1, 1))
            patches = features["patches"]
            features["patches"] = tf.where(mirrored, mirror_clips(patches), patches)
        return (_embed(features, embeddings), *target)

    return (
        tf.data.Dataset.zip(clips, draws)
        .batch(batch_size)
        .map(finish)
        .prefetch(tf.data.AUTOTUNE)
    )


def inference(
    table: FeatureTable,
    *,
    embeddings: np.ndarray | None,
    evidence: bool,
    batch_size: int = 64,
) -> tf.data.Dataset:
    """Batches of model inputs in the order of `table`; arguments as `training`."""
    return (
        _inputs(table, embeddings, evidence)
        .batch(batch_size)
        .map(lambda features: _embed(features, embeddings))
        .prefetch(tf.data.AUTOTUNE)
    )
