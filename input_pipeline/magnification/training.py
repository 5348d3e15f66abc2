"""Training of MagNet on scenes made without limit."""

import csv
import dataclasses
import importlib.util
import json
import math
import os
from pathlib import Path
from typing import Any

import keras

from fgrmer_tf import atomic
from fgrmer_tf.errors import InputError
from input_pipeline.magnification.calibration import calibrate
from input_pipeline.magnification.first_weights import draw_first_weights
from input_pipeline.magnification.network import (
    WIDTH,
    Form,
    MagNet,
    build_magnet,
)
from input_pipeline.magnification.trainer import MagnetTrainer
from input_pipeline.magnification.training_data.pipeline import SampleSettings, batches
from input_pipeline.magnification.training_data.settings import (
    MICRO_EXPRESSION,
    Spoiling,
)
from input_pipeline.magnification.weights import load_magnet, save_magnet

_CHECKPOINT = "checkpoint.weights.h5"
_SETTINGS = "settings.json"
_WARM_UP = 50
_CALIBRATION_SEED = 54321


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """What a training run is made of; `docs/magnification.md` has the shipped runs'.

    Args:
        form: Of the network.
        width: Channels after the first convolution, at least 1.
        decoder_blocks: Residual blocks of the decoder, at least 1.
        side: Of the square frames [px], a multiple of 4, at least 16.
        batch_size: Samples a step, at least 1.
        steps: Of the optimiser, at least 1.
        learning_rate: Largest rate; it rises from 0 and falls to 0 by a cosine.
        regularization: Weight of the two terms that keep motion out of the texture and
            colour out of the shape. Paper: 0.1. Its code: 1.
        motion_weight: How much more a pixel weighs where the frame must change; see
            `trainer.py`. Published: 0, all weigh the same.
        magnified: Most of the largest displacement after magnification [px].
        mixed_precision: Whether the decoder computes in bfloat16. The encoder and the
            manipulator never do: what they are for is a small difference of two large
            numbers, of which 8 bits leave nothing.
        seed: Of the first weights and of every sample.
        calibrate: Whether the weights are scaled at the end until the network magnifies
            by what it is asked for; see `calibration.py`.
        recoloured: Share of samples whose frame B has other colours than A, in [0, 1].
        start: Weights to begin with, of a run before this one; empty: drawn weights.
    """

    form: Form = "official"
    width: int = WIDTH
    decoder_blocks: int = 3
    side: int = 64
    batch_size: int = 4
    steps: int = 11_000
    learning_rate: float = 3e-4
    regularization: float = 0.1
    motion_weight: float = 4.0
    magnified: float = MICRO_EXPRESSION.magnified
    mixed_precision: bool = True
    seed: int = 0
    recoloured: float = 0.0
    start: str = ""
    calibrate: bool = True


class _Record(keras.callbacks.Callback):
    """After every epoch: weights and optimiser, and a row of history."""

    def __init__(self, out: Path):
        super().__init__()
        self.out = out

    def on_epoch_end(self, epoch, logs=None):
        row = {"epoch": epoch, **(logs or {})}
        if not math.isfinite(row["loss"]):
            raise InputError(
                f"The loss is no longer finite in epoch {epoch + 1}. `{_CHECKPOINT}` "
                f"in `{self.out}` is from the epoch before. Lower the learning rate, "
                "in another folder."
            )
        beside = self.out / f".{_CHECKPOINT}"
        trainer: Any = self.model
        trainer.save_weights(beside)
        os.replace(beside, self.out / _CHECKPOINT)
        history = self.out / "history.csv"
        begins = not history.exists()
        with history.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, row)
            if begins:
                writer.writeheader()
            writer.writerow(row)


def _first_magnet(settings: TrainingSettings) -> MagNet:
    magnet = build_magnet(
        settings.form, width=settings.width, decoder_blocks=settings.decoder_blocks
    )
    if not settings.start:
        draw_first_weights(magnet, settings.seed)
        return magnet
    start = load_magnet(settings.start)
    if start.model.get_config() != magnet.model.get_config():
        raise InputError(
            "The weights to start with must be of the same form, width and number of "
            f"decoder blocks as the run. Received: `{settings.start}`."
        )
    magnet.model.set_weights(start.model.get_weights())
    return magnet


def _prepare(out: Path, settings: TrainingSettings) -> None:
    """Begins a run folder, or makes sure that the one there is of the same run."""
    path = out / _SETTINGS
    wanted = dataclasses.asdict(settings)
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
        if found != wanted:
            changed = sorted(n for n in wanted if wanted[n] != found.get(n))
            raise InputError(
                f"`{out}` holds a run with other settings: {', '.join(changed)}. "
                "Resume it with the same settings, or name another folder."
            )
    else:
        atomic.write_json(path, wanted)


def train_magnet(
    out: str | Path,
    settings: TrainingSettings,
    *,
    checkpoint_every: int = 200,
    threads: int = 1,
    tensorboard: bool = False,
    verbose: int = 2,
) -> MagNet:
    """Trains a network, or goes on with the run in `out` where it stopped.

    A run that was stopped and resumed sees the samples that it would have seen.

    Reads:
        `out/settings.json`, `out/checkpoint.weights.h5`, if they are there.

    Writes:
        Those two; `out/history.csv`, a row each `checkpoint_every` steps;
        `out/magnet.npz`, the weights in float16, at the end; `out/tensorboard`.

    Args:
        out: Run folder; made when missing.
        settings: Of the run.
        checkpoint_every: Steps between checkpoints; it must divide `settings.steps`.
        threads: Samples made at the same time.
        tensorboard: Whether the loss is written for TensorBoard as well.
        verbose: As `keras.Model.fit`.

    Returns:
        The trained network.

    Raises:
        InputError: If `out` holds a run with other settings, if `checkpoint_every` does
            not divide `settings.steps`, if TensorBoard is asked for and not installed,
            or if the loss is no longer finite.
        ArithmeticError: At calibration, if the network hardly magnifies; the weights
            are written before.
    """
    if settings.steps % checkpoint_every:
        raise InputError(
            "The number of steps must be a multiple of the steps between checkpoints. "
            f"Received: {settings.steps} and {checkpoint_every}."
        )
    if tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise InputError(
            "Writing for TensorBoard needs the package `tensorboard`, which is not "
            "installed. Run `pip install tensorboard`, or leave the option out."
        )
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    _prepare(out, settings)
    magnet = _first_magnet(settings)
    if settings.mixed_precision:
        for layer in magnet.decoder._flatten_layers():
            layer.dtype_policy = "mixed_bfloat16"
    trainer: Any = MagnetTrainer(
        magnet, settings.regularization, settings.motion_weight
    )
    warm_up = max(1, settings.steps // _WARM_UP)
    rate: Any = keras.optimizers.schedules.CosineDecay(
        0.0,
        max(1, settings.steps - warm_up),
        warmup_target=settings.learning_rate,
        warmup_steps=warm_up,
    )
    trainer.compile(optimizer=keras.optimizers.Adam(rate), jit_compile=False)
    # The optimiser has its variables before a checkpoint is read into it.
    trainer.optimizer.build(trainer.trainable_variables)
    checkpoint = out / _CHECKPOINT
    if checkpoint.exists():
        trainer.load_weights(checkpoint)
    done = int(trainer.optimizer.iterations)
    data = batches(
        SampleSettings(
            side=settings.side,
            motion=dataclasses.replace(MICRO_EXPRESSION, magnified=settings.magnified),
            spoiling=Spoiling(recoloured=settings.recoloured),
        ),
        seed=settings.seed,
        batch_size=settings.batch_size,
        identity_factor=magnet.identity_factor,
        first=done * settings.batch_size,
        threads=threads,
    )
    callbacks: list[keras.callbacks.Callback] = [_Record(out)]
    if tensorboard:
        callbacks.append(keras.callbacks.TensorBoard(str(out / "tensorboard")))
    trainer.fit(
        data,
        initial_epoch=done // checkpoint_every,
        epochs=settings.steps // checkpoint_every,
        steps_per_epoch=checkpoint_every,
        callbacks=callbacks,
        shuffle=False,
        verbose=verbose,
    )
    weights = save_magnet(magnet, out / "magnet.npz")
    if settings.calibrate:
        # What is shipped is measured: rounded, and without bfloat16.
        magnet = load_magnet(weights)
        calibrate(magnet, seed=_CALIBRATION_SEED)
        save_magnet(magnet, weights)
    return magnet
