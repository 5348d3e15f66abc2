"""The signature `frames`: image files and landmarks to patches, or a refusal."""

from collections.abc import Callable

import tensorflow as tf

from export import guards
from export.frames import geometry
from export.frames.clip_graph import ClipGraph
from export.image_bytes import decoded
from export.signature import APEX, APEX_LANDMARKS, LANDMARKS, MAX_FRAMES, ONSET
from fgrmer_tf.config import MotionConfig
from fgrmer_tf.spec import PATCH_LANDMARKS, PATCH_SIZE

_FURTHEST = 2.0**20
"""Landmarks further from the frame's corner [px] are no places in an image."""


def patches_of_files(config: MotionConfig) -> Callable[..., tf.Tensor]:
    """Makes the function of a batch of clips, for a `tf.function`.

    Args:
        config: Motion settings, of the method `magnet`.

    Returns:
        Function of `onset` and `apex`, string `(batch,)`, JPEG or PNG files, and of
        `landmarks` and `apex_landmarks`, float32 `(batch, 68, 2)` as (x, y) [px], that
        gives patches, float32 `(batch, landmarks, patch_h, patch_w, channels)`. One
        clip is measured after the other: two large frames are all that is in memory.

        When the graph runs, an `InvalidArgumentError` refuses: more than `MAX_FRAMES`
        clips, inputs of different length, files as `image_bytes.decoded` does, frames
        of different size, landmarks that are no places, stable points at one place,
        and brows or mouth beyond the border.

    Raises:
        InputError: If the weights that `config` names are not there.
        ExportError: If they are of no network that is known.
    """
    graph = ClipGraph(config)
    channels = graph.channels
    shape = (len(PATCH_LANDMARKS), PATCH_SIZE, PATCH_SIZE, channels)

    def clip(inputs) -> tf.Tensor:
        row, onset, apex, landmarks, apex_landmarks = inputs
        place = tf.strings.format(" in row {}", row)
        onset = decoded(onset, tf.strings.join([f"`{ONSET}`", place]))
        apex = decoded(apex, tf.strings.join([f"`{APEX}`", place]))
        onset = guards.refuse_unless(
            tf.reduce_all(tf.shape(onset) == tf.shape(apex)),
            onset,
            ["The frames of a clip must have one size. Row:", row],
        )
        for points, name in (
            (landmarks, LANDMARKS),
            (apex_landmarks, APEX_LANDMARKS),
        ):
            stable = geometry.stable_points(points)
            onset = guards.refuse_unless(
                geometry.spread(stable) > geometry.NO_SPREAD,
                onset,
                [f"Stable points of `{name}` must be at different places. Row:", row],
            )
        for points, name in (
            (landmarks, LANDMARKS),
            (apex_landmarks, APEX_LANDMARKS),
        ):
            unseen = graph.unseen(onset, points, landmarks)
            onset = guards.refuse_unless(
                unseen == 0,
                onset,
                [f"Brows and mouth of `{name}` must be in the image. Row:", row],
            )
        return graph.patches(onset, apex, landmarks, apex_landmarks)

    def batch(onset, apex, landmarks, apex_landmarks) -> tf.Tensor:
        onset = guards.capped(onset, MAX_FRAMES)
        sizes = tf.stack(
            [tf.shape(one)[0] for one in (onset, apex, landmarks, apex_landmarks)]
        )
        onset = guards.refuse_unless(
            tf.reduce_all(sizes == sizes[0]),
            onset,
            ["All inputs must have as many rows. Received:", *tf.unstack(sizes)],
        )
        with tf.control_dependencies([onset]):
            landmarks, apex_landmarks = (
                guards.within(
                    guards.finite(points, f"`{name}`"),
                    -_FURTHEST,
                    _FURTHEST,
                    f"`{name}`",
                )
                for points, name in (
                    (landmarks, LANDMARKS),
                    (apex_landmarks, APEX_LANDMARKS),
                )
            )
        return tf.map_fn(
            clip,
            (tf.range(sizes[0]), onset, apex, landmarks, apex_landmarks),
            parallel_iterations=1,
            fn_output_signature=tf.TensorSpec(shape, tf.float32),
        )

    return batch
