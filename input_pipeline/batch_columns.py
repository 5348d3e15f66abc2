"""What batches are cut from: arrays of a fold's clips, made once a fold."""

from typing import Any

import numpy as np
import tensorflow as tf

from fgrmer_tf.errors import InputError
from input_pipeline.au_evidence import au_evidence
from input_pipeline.augment import mirror as mirror_clips
from input_pipeline.augment import mirror_map
from input_pipeline.feature_table import FeatureTable

Columns = dict[str, Any]
"""Arrays or tensors by name, from `training_columns` or `inference_columns`."""


def inference_columns(
    table: FeatureTable,
    *,
    embeddings: np.ndarray | None,
    evidence: bool,
    motion_map: bool = False,
) -> Columns:
    """Everything that batches of model inputs are made of; no label, no variant.

    Args:
        table: Clips to predict.
        embeddings: float32 `(num_nodes, embedding_dim)`, or `None` for a model whose
            embedding is learned.
        evidence: Whether embedding rows are weighted by the AU evidence of the patches.
        motion_map: Whether the inputs hold the clip's small motion map.

    Returns:
        `patches` float32 `(clips, landmarks, patch_h, patch_w, channels)`; with
        embeddings, `embeddings` as given and `row_weights` float32 `(clips,
        num_nodes)`; on request, `motion_map` float32 `(clips, height, width,
        channels)`.

    Raises:
        InputError: If motion maps are asked of a table without.
    """
    columns: Columns = {"patches": table.patches}
    if embeddings is not None:
        columns["embeddings"] = embeddings
        columns["row_weights"] = _row_weights(table.patches, embeddings, evidence)
    if motion_map:
        if not table.motion_map.size:
            raise InputError(
                "A model with the input `motion_map` needs a feature store with motion "
                "maps. Received a store without. Prepare or import it again."
            )
        columns["motion_map"] = table.motion_map
    return columns


def training_columns(
    table: FeatureTable,
    *,
    embeddings: np.ndarray | None,
    evidence: bool,
    class_balanced: bool,
    mirror: bool,
    motion_map: bool = False,
) -> Columns:
    """Everything that training batches are made of.

    Args:
        table: Training clips of one fold and nothing else.
        embeddings: As in `inference_columns`.
        evidence: As in `inference_columns`, of the patches or variant that is shown.
        class_balanced: Whether `weight` is n / (k * n_class), else 1, with `k` the
            number of classes among these clips.
        mirror: Whether mirrored copies are made, ready to be drawn.
        motion_map: As in `inference_columns`.

    Returns:
        As `inference_columns`, but with a second axis of forms: `patches` is `(clips,
        forms, landmarks, patch_h, patch_w, channels)`, the evaluated patches first,
        then the variants, then all of these mirrored; `row_weights` `(clips, 1 +
        variants, num_nodes)`; `motion_map` `(clips, 1 or 2, height, width, channels)`.
        And `label` int64 and `weight` float32 `(clips,)`.

    Raises:
        InputError: As `inference_columns` does.
    """
    columns = inference_columns(
        table, embeddings=None, evidence=False, motion_map=motion_map
    )
    shown = np.concatenate([table.patches[:, None], table.variants], axis=1)
    flat = shown.reshape(-1, *shown.shape[2:])
    columns["patches"] = shown
    if embeddings is not None:
        weights = _row_weights(flat, embeddings, evidence)
        columns["embeddings"] = embeddings
        columns["row_weights"] = weights.reshape(*shown.shape[:2], -1)
    if motion_map:
        columns["motion_map"] = table.motion_map[:, None]
    if mirror:
        # Once a fold, and not in every step.
        turned = mirror_clips(tf.constant(flat)).numpy().reshape(shown.shape)
        columns["patches"] = np.concatenate([shown, turned], axis=1)
        if motion_map:
            turned = mirror_map(tf.constant(table.motion_map)).numpy()
            columns["motion_map"] = np.stack([table.motion_map, turned], axis=1)
    counts = np.bincount(table.label, minlength=len(table.class_names))
    weight = np.ones(len(table), np.float32)
    if class_balanced:
        present = np.count_nonzero(counts)
        weight = (len(table) / (present * counts[table.label])).astype(np.float32)
    return columns | {"label": table.label, "weight": weight}


def linear_values(table: FeatureTable, *, motion_map: bool, mirror: bool) -> np.ndarray:
    """What a linear path reads of each training clip.

    Args:
        table: Training clips of one fold and nothing else.
        motion_map: Whether it reads the clip's small motion map, and not the patches.
        mirror: Whether all clips follow once more, mirrored.

    Returns:
        float64 `(clips or 2 * clips, features)`.

    Raises:
        InputError: If motion maps are asked of a table without.
    """
    name = "motion_map" if motion_map else "patches"
    columns = inference_columns(
        table, embeddings=None, evidence=False, motion_map=motion_map
    )
    shown = [columns[name]]
    if mirror:
        turn = mirror_map if motion_map else mirror_clips
        shown.append(turn(tf.constant(columns[name])).numpy())
    values = np.concatenate(shown)
    return values.reshape(len(values), -1).astype(np.float64)


def _row_weights(
    patches: np.ndarray, embeddings: np.ndarray, evidence: bool
) -> np.ndarray:
    if evidence:
        return au_evidence(tf.constant(patches)).numpy()
    return np.ones((len(patches), len(embeddings)), np.float32)
