"""What a batch holds, as pure functions of tensors.

`tfdata` and the loops that train many folds with one compiled step share them. All that
differs between folds is an argument, so that a function which calls them is traced
once; all that is random is a function of seed, epoch and the clip's place in the table.
"""

import math
from typing import Any

import tensorflow as tf

from input_pipeline.batch_columns import Columns

_ORDER, _VARIANT, _MIRROR = range(3)
_STREAMS = 3


def steps_per_epoch(clips: int, batch_size: int) -> int:
    """Batches that show each of `clips` clips once; the last may be smaller."""
    return math.ceil(clips / batch_size)


def epoch_rows(
    places: tf.Tensor, clips: tf.Tensor, seed: tf.Tensor, epoch: tf.Tensor
) -> tf.Tensor:
    """Rows that an epoch shows at the given places of its order.

    Args:
        places: int64 `(batch,)`, in [0, clips).
        clips: int64 scalar, number of clips.
        seed: int64 scalar.
        epoch: int64 scalar, from 0.

    Returns:
        int64 `(batch,)`. Over all places a permutation; another one for each seed and
        epoch.
    """
    key = tf.stack(_key(seed, epoch, _ORDER))
    return tf.random.experimental.index_shuffle(places, key, clips - 1)


def epoch_order(clips: tf.Tensor, seed: tf.Tensor, epoch: tf.Tensor) -> tf.Tensor:
    """All rows in the order in which an epoch shows them; see `epoch_rows`."""
    return epoch_rows(tf.range(clips, dtype=tf.int64), clips, seed, epoch)


def _key(seed: tf.Tensor, epoch: tf.Tensor, stream: int) -> tuple[tf.Tensor, tf.Tensor]:
    return seed, epoch * _STREAMS + stream


def training_batch(
    columns: Columns,
    rows: tf.Tensor,
    seed: tf.Tensor,
    epoch: tf.Tensor,
    *,
    mirror: bool,
    variant_rate: float,
) -> tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]:
    """The clips at `rows`, as this epoch shows them.

    Args:
        columns: From `batch_columns.training_columns`, as tensors.
        rows: int64 `(batch,)`.
        seed: int64 scalar.
        epoch: int64 scalar, from 0.
        mirror: Whether the columns hold mirrored copies; half of the clips, drawn anew
            in every epoch, are then shown so.
        variant_rate: Probability in [0, 1] that a clip is shown in one of its variants,
            all equally likely; without effect on columns that hold none.

    Returns:
        Inputs by name: `patches` float32 `(batch, landmarks, patch_h, patch_w,
        channels)`; with embeddings, `au_embeddings` float32 `(batch, num_nodes,
        embedding_dim)`; with maps, `motion_map`. Label int64 `(batch,)`. Weight
        float32 `(batch,)`.
    """
    clips: Any = tf.shape(columns["label"])
    sides = 2 if mirror else 1
    variants = columns["patches"].shape[1] // sides - 1

    def draw(stream: int) -> tf.Tensor:
        # One number a clip of the table, so that the order of the clips and the size
        # of a batch change nothing.
        key = tf.stack(_key(seed, epoch, stream))
        return tf.gather(tf.random.stateless_uniform(clips, key), rows)

    variant = side = tf.zeros_like(rows)
    if variants and variant_rate:
        share = draw(_VARIANT)
        drawn = tf.cast(share / variant_rate * variants, tf.int64)
        variant = tf.where(share < variant_rate, 1 + drawn, variant)
    if mirror:
        side = tf.cast(draw(_MIRROR) < 0.5, tf.int64)

    def pick(name: str, form: tf.Tensor) -> tf.Tensor:
        return tf.gather_nd(columns[name], tf.stack([rows, form], axis=1))

    chosen = {"patches": pick("patches", variant + (1 + variants) * side)}
    if "row_weights" in columns:
        chosen["row_weights"] = pick("row_weights", variant)
        chosen["embeddings"] = columns["embeddings"]
    if "motion_map" in columns:
        chosen["motion_map"] = pick("motion_map", side)
    features = _features(chosen)
    label, weight = (tf.gather(columns[name], rows) for name in ("label", "weight"))
    return features, label, weight


def inference_batch(columns: Columns, rows: tf.Tensor) -> dict[str, tf.Tensor]:
    """Model inputs of the clips at `rows`.

    Args:
        columns: From `batch_columns.inference_columns`, as tensors.
        rows: int64 `(batch,)`.

    Returns:
        Inputs by name, as `training_batch` makes them.
    """
    by_clip = ("patches", "row_weights", "motion_map")
    return _features(
        {
            name: tf.gather(of, rows) if name in by_clip else of
            for name, of in columns.items()
        }
    )


def _features(chosen: Columns) -> dict[str, tf.Tensor]:
    features = {"patches": chosen["patches"]}
    if "embeddings" in chosen:
        weights = chosen["row_weights"][:, :, None]
        features["au_embeddings"] = weights * chosen["embeddings"]
    if "motion_map" in chosen:
        features["motion_map"] = chosen["motion_map"]
    return features
