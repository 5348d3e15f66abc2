"""How much a network really magnifies, and the gain that makes it as asked."""

from collections.abc import Callable

import numpy as np

from input_pipeline.magnification.network import MagNet
from input_pipeline.magnification.training_data import photographs
from input_pipeline.magnification.training_data.camera import Camera
from input_pipeline.magnification.training_data.casting import (
    draw_factor_and_motion,
    draw_scene,
)
from input_pipeline.magnification.training_data.scene import Scene
from input_pipeline.magnification.training_data.settings import MotionRange

GENTLE = MotionRange(motion=(0.2, 1.0), factor=(2.0, 5.0), magnified=5.0)
"""Where the magnified motion is to grow in proportion to the factor."""
_TRIED = np.linspace(0.3, 1.6, 40)
_ROUNDS = 3


def recovered_magnification(
    result: np.ndarray, scene: Scene, factor: float, border: int
) -> float:
    """The magnification whose true frame is nearest to `result`, by squared error.

    Args:
        result: float32 `(side, side, 3)`, RGB in [0, 1].
        scene: What it should show.
        factor: How many times as large the motion should be; 0.3 to 1.6 of it is tried.
        border: Pixels left out on each side, where things enter the frame.

    Returns:
        Between the tried ones by a parabola; unitless.
    """
    inside = np.s_[border:-border, border:-border]
    tried = factor * _TRIED
    frames = scene.render(tried.tolist())
    errors = np.array([np.square(f[inside] - result[inside]).mean() for f in frames])
    best = int(np.clip(errors.argmin(), 1, len(tried) - 2))
    below, middle, above = errors[best - 1 : best + 2]
    bend = below - 2 * middle + above
    offset = 0.5 * (below - above) / bend if bend > 0 else 0.0
    return float(tried[best] + np.clip(offset, -1, 1) * (tried[1] - tried[0]))


def render(
    magnet: MagNet, frame_a: np.ndarray, frame_b: np.ndarray, factor: float
) -> np.ndarray:
    """Magnifies one pair so that its motion becomes `factor` times as large.

    Args:
        magnet: The network, of any form.
        frame_a: float32 `(height, width, 3)`, RGB in [0, 1].
        frame_b: Likewise.
        factor: 1 leaves frame B as it is.

    Returns:
        float32 `(height, width, 3)`, clipped to [0, 1].
    """
    inputs = {
        "frame_a": frame_a[None] * 2 - 1,
        "frame_b": frame_b[None] * 2 - 1,
        "factor": np.array([factor - 1 + magnet.identity_factor], np.float32),
    }
    frame = np.asarray(magnet.model(inputs, training=False)["frame"])[0]
    return np.clip((frame + 1) / 2, 0, 1)


def slope(magnet: MagNet, *, seed: int, scenes: int = 64, side: int = 64) -> float:
    """Recovered motion over asked motion, beyond factor 1, on training scenes.

    Frames have 256 levels and no noise.

    Args:
        magnet: The network.
        seed: Of the scenes.
        scenes: How many.
        side: Of their frames [px].

    Returns:
        Of least squares through (1, 1); 1 if the network does what it is asked for.
    """
    asked, found = [], []
    for number in range(scenes):
        rng = np.random.default_rng([seed, number])
        factor, motion = draw_factor_and_motion(rng, GENTLE)
        scene = draw_scene(
            rng,
            side=side,
            images=photographs.load(photographs.TRAINING),
            motion=motion,
            magnified=motion * factor,
        )
        frame_a, frame_b = (
            Camera().record(light, rng).astype(np.float32) / 255
            for light in scene.render((0, 1))
        )
        result = render(magnet, frame_a, frame_b, factor)
        asked.append(factor - 1)
        found.append(recovered_magnification(result, scene, factor, side // 8) - 1)
    return float(np.dot(asked, found) / np.dot(asked, asked))


def calibrate(
    magnet: MagNet, *, seed: int, measure: Callable[..., float] = slope
) -> float:
    """Scales what the manipulator adds, until the network magnifies as asked.

    A network that is trained to be near the truth in the mean magnifies too little
    where it is not sure. No kernel behind the factor has a bias, so that one scale of
    one kernel acts as a factor on the factor.

    Args:
        magnet: Is changed in place.
        seed: Of the scenes measured on; other ones than those of an evaluation.
        measure: As `slope`.

    Returns:
        By how much the kernel was multiplied.

    Raises:
        ArithmeticError: If the network magnifies by less than a fifth of what is asked.
    """
    kernel = magnet.manipulator.get_layer("change").convolution.kernel
    total = 1.0
    for _ in range(_ROUNDS):
        found = measure(magnet, seed=seed)
        if found < 0.2:
            raise ArithmeticError(
                f"The network magnifies {found:.2f} of what is asked: train it more."
            )
        kernel.assign(kernel / found)
        total /= found
    return total
