"""Checks inside the exported graph; each refusal is an `INVALID_ARGUMENT`."""

import tensorflow as tf

from export.signature import MAX_BATCH


def refuse_unless(holds: tf.Tensor, value: tf.Tensor, data: list) -> tf.Tensor:
    """`value`, once `holds`; else a refusal that shows `data`."""
    with tf.control_dependencies([tf.debugging.Assert(holds, data)]):
        return tf.identity(value)


def capped(values: tf.Tensor, limit: int = MAX_BATCH) -> tf.Tensor:
    """`values`, once there are few enough of them.

    A request that is too large fails at once, before it takes the memory.
    """
    count = tf.shape(values)[0]
    rule = f"A request may hold at most {limit} rows. Received:"
    return refuse_unless(count <= limit, values, [rule, count])


def finite(values: tf.Tensor, what: str) -> tf.Tensor:
    """`values`, once each is a number; the refusal says which rows are not.

    A NaN would go through the model and come out as a label that looks confident.

    Args:
        values: Float tensor with the batch as first axis.
        what: What the refusal calls the values.
    """
    axes = tf.range(1, tf.rank(values))
    sound = tf.reduce_all(tf.math.is_finite(values), axis=axes)
    rule = f"{what} must be finite numbers. NaN or infinity in rows:"
    wrong = tf.where(tf.logical_not(sound))[:, 0]
    return refuse_unless(tf.reduce_all(sound), values, [rule, wrong])


def within(values: tf.Tensor, low: float, high: float, what: str) -> tf.Tensor:
    """`values`, once each is in [`low`, `high`]; the refusal says which rows are not.

    Args:
        values: Float tensor with the batch as first axis.
        low: Smallest value.
        high: Largest value.
        what: What the refusal calls the values.
    """
    axes = tf.range(1, tf.rank(values))
    sound = tf.reduce_all(tf.logical_and(values >= low, values <= high), axis=axes)
    rule = f"{what} must be in [{low:g}, {high:g}]. Outside in rows:"
    wrong = tf.where(tf.logical_not(sound))[:, 0]
    return refuse_unless(tf.reduce_all(sound), values, [rule, wrong])


def chosen(field: tf.Tensor, names: tf.Tensor) -> tf.Tensor:
    """Index of each of `field` in `names`, both string vectors, once all are there."""
    found = tf.equal(field[:, None], names[None])
    known = tf.reduce_all(tf.reduce_any(found, axis=1))
    data = [
        "The card has no such field. It has:",
        tf.strings.reduce_join(names, 0, separator=", "),
    ]
    return refuse_unless(known, tf.argmax(found, axis=1), data)
