"""Small versions of a model, to serve: signatures that the real one does not have."""

from pathlib import Path

import tensorflow as tf

from export import manifest


class Toy(tf.Module):
    """`y = 2 x + offset`, and what else a signature can be."""

    def __init__(self, offset):
        super().__init__()

        def spec(dtype, *shape, name):
            return tf.TensorSpec((None, *shape), dtype, name)

        def double(x):
            return {"y": 2 * x + offset}

        def two(a, b):
            return {
                "total": tf.reduce_sum(a, axis=1) + tf.cast(b, tf.float32),
                "b": b,
            }

        def uneven(x):
            return {"y": x, "fixed": tf.range(5)}

        def half(h):
            return {"h": tf.cast(h, tf.float32)}

        def echo(s):
            return {"text": s, "raw_bytes": s}

        def pixels(p):
            return {"total": tf.reduce_sum(tf.cast(p, tf.int32), axis=1)}

        def slow(x):
            turns = tf.while_loop(
                lambda i, v: i < 700,
                lambda i, v: (i + 1, tf.linalg.matmul(v, v)),
                (0, tf.random.stateless_uniform((600, 600), (1, 2)) / 600),
            )
            return {"y": x + 0 * turns[1][0, 0]}

        self.served = {
            "serving_default": tf.function(double, [spec(tf.float32, 3, name="x")]),
            "two": tf.function(
                two, [spec(tf.float32, 2, name="a"), spec(tf.int32, name="b")]
            ),
            "uneven": tf.function(uneven, [spec(tf.float32, 3, name="x")]),
            "half": tf.function(half, [spec(tf.float16, name="h")]),
            "echo": tf.function(echo, [spec(tf.string, name="s")]),
            "pixels": tf.function(pixels, [spec(tf.uint8, 2, name="p")]),
            "slow": tf.function(slow, [spec(tf.float32, 3, name="x")]),
        }


def write(base, version, offset=0.0):
    """Writes a version as `fgrmer push` does: whole, by one rename."""
    base = Path(base)
    beside = base / f".tmp-{version}"
    toy = Toy(offset)
    tf.saved_model.save(toy, str(beside), signatures=toy.served)
    (beside / "assets.extra").mkdir()
    manifest.write_version(beside, {"version": version})
    return beside.rename(base / str(version))
