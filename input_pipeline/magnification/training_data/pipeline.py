"""Samples by number, and `tf.data` batches of them."""

import dataclasses
from typing import Any

import numpy as np
import tensorflow as tf

from input_pipeline.magnification.training_data import photographs
from input_pipeline.magnification.training_data.camera import (
    draw_camera,
    draw_recolouring,
)
from input_pipeline.magnification.training_data.casting import (
    draw_factor_and_motion,
    draw_scene,
)
from input_pipeline.magnification.training_data.settings import (
    MICRO_EXPRESSION,
    SPOILING,
    MotionRange,
    Spoiling,
)

FRAMES = ("frame_a", "frame_b", "frame_twin", "magnified")


@dataclasses.dataclass(frozen=True, kw_only=True)
class SampleSettings:
    """Everything that a sample depends on besides seed and number.

    Args:
        side: Height and width of the frames [px], at least 16.
        motion: Range of motion and factor.
        spoiling: Faults of the cameras.
        images: Names of the photographs.
    """

    side: int = 64
    motion: MotionRange = MICRO_EXPRESSION
    spoiling: Spoiling = SPOILING
    images: tuple[str, ...] = photographs.TRAINING


def sample(settings: SampleSettings, seed: int, number: int) -> dict[str, Any]:
    """One sample, a function of its arguments alone.

    Returns:
        `frame_a`, `frame_b`: as a camera stores them; `frame_twin`: frame B in the
        colours of A, recorded anew; each uint8 `(side, side, 3)`, RGB.
        `magnified`: float32, RGB in [0, 1], what B would be without noise if its motion
        from A were `factor` times as large. `factor`: float32, at least 1 unless the
        settings say otherwise. B and `magnified` share their colours.
    """
    rng = np.random.default_rng([seed, number])
    factor, motion = draw_factor_and_motion(rng, settings.motion)
    scene = draw_scene(
        rng,
        side=settings.side,
        images=photographs.load(settings.images),
        motion=motion,
        magnified=max(1.0, factor) * motion,
    )
    gain, offset = draw_recolouring(rng, settings.spoiling.recoloured)
    camera = draw_camera(rng, settings.spoiling)
    first, second, magnified = scene.render((0.0, 1.0, factor))
    recoloured = np.clip(second * gain + offset, 0, 1)
    return {
        "frame_a": camera.record(first, rng),
        "frame_b": camera.record(recoloured, rng),
        "frame_twin": camera.record(second, rng),
        "magnified": np.clip(magnified * gain + offset, 0, 1),
        "factor": np.float32(factor),
    }


def to_network(frame: Any) -> Any:
    """Frames uint8 [0, 255] or float [0, 1] as the network takes them, in [-1, 1]."""
    top = 255.0 if frame.dtype == "uint8" else 1.0
    return tf.cast(frame, tf.float32) * (2.0 / top) - 1.0


def batches(
    settings: SampleSettings,
    *,
    seed: int,
    batch_size: int,
    identity_factor: float,
    first: int = 0,
    threads: int = 1,
) -> tf.data.Dataset:
    """Endless batches; the order is fixed and does not depend on `threads`.

    Args:
        settings: What to draw.
        seed: Of every sample.
        batch_size: Samples a batch.
        identity_factor: Of the network: the factor that leaves frame B as it is. A
            motion that becomes `t` times as large has the factor
            `t - 1 + identity_factor`.
        first: Number of the first sample: a run that is resumed goes on with it.
        threads: Samples made at the same time.

    Returns:
        `(inputs, magnified)`: inputs are `frame_a`, `frame_b`, `frame_twin` and
        `factor`; frames are float32 `(batch, side, side, 3)` in [-1, 1].
    """
    shape = (settings.side, settings.side, 3)

    def make(number):
        one = sample(settings, seed, int(number))
        return [one[name] for name in (*FRAMES, "factor")]

    def load(number):
        types = [tf.uint8, tf.uint8, tf.uint8, tf.float32, tf.float32]
        *frames, factor = tf.numpy_function(make, [number], types)
        for frame in frames:
            frame.set_shape(shape)
        factor.set_shape(())
        inputs: dict[str, Any] = dict(zip(FRAMES, map(to_network, frames), strict=True))
        inputs["factor"] = factor - 1.0 + identity_factor
        return inputs, inputs.pop("magnified")

    numbers = tf.data.Dataset.counter(first, dtype=tf.int64)
    made = numbers.map(load, num_parallel_calls=threads, deterministic=True)
    return made.batch(batch_size, drop_remainder=True).prefetch(2)
