"""`fgrmer magnify`: learned motion magnification of videos, and its network."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from fgrmer_tf.cli.console import progress, say, start_tensorflow

if TYPE_CHECKING:
    import numpy as np

    from input_pipeline.magnification.network import MagNet

_WEIGHTS, _SHAPE_PATH = "magnet.npz", "shape_path.tflite"


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Magnify:
    """What both kinds of input share."""

    out: Path
    """MP4 to write."""
    factor: float = 5.0
    """How many times as large motion becomes; 1 leaves it as it is."""
    band: tuple[float, float] | None = None
    """Magnify only motion between these two frequencies [Hz]."""
    weights: Path | None = None
    """Weights (.npz) of `magnify train` or `import-torch`; default: shipped ones."""

    def _write(self, frames: "Iterator[np.ndarray]", total: int, fps: float) -> None:
        start_tensorflow()
        from input_pipeline.magnification.sequence import magnify_sequence
        from input_pipeline.magnification.weights import SHIPPED, load_magnet
        from input_pipeline.video import write_video

        magnet = load_magnet(self.weights or SHIPPED)
        with progress("magnifying") as update:

            def counted() -> "Iterator[np.ndarray]":
                for number, frame in enumerate(frames, start=1):
                    yield frame
                    update(number, total)

            magnified = magnify_sequence(
                counted(), magnet, self.factor, band=self.band, fps=fps
            )
            written = write_video(self.out, magnified, fps)
        say(f"magnified video: {self.out} ({written} frames)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MagnifyVideo(_Magnify):
    """Magnifies the motion in a video file."""

    video: tyro.conf.Positional[Path]
    """The video."""

    def run(self) -> None:
        from input_pipeline.video import read_video, video_info

        info = video_info(self.video)
        self._write(read_video(self.video), info.frames, info.fps)


@dataclasses.dataclass(frozen=True, kw_only=True)
class MagnifyClip(_Magnify):
    """Magnifies the motion in a folder of numbered frames."""

    folder: tyro.conf.Positional[Path]
    """The folder."""
    fps: float = 25.0
    """Frame rate of the video to write; recorded rate [Hz] when --band is given."""

    def run(self) -> None:
        from input_pipeline.images import read_image
        from input_pipeline.video import numbered_frames

        paths = numbered_frames(self.folder)
        self._write(map(read_image, paths), len(paths), self.fps)


@dataclasses.dataclass(frozen=True, kw_only=True)
class MagnifyTrain:
    """Trains the network on procedurally made motion; a stopped run goes on.

    The shipped weights come from two runs; `docs/magnification.md` has the commands.
    """

    out: Path
    """Run folder: magnet.npz, shape_path.tflite, history.csv, checkpoint."""
    steps: int | None = None
    """Steps of the optimiser, a multiple of --checkpoint-every."""
    batch_size: int | None = None
    """Samples a step."""
    learning_rate: float | None = None
    """Largest rate; it rises from 0 and falls to 0."""
    motion_weight: float | None = None
    """How much more a pixel weighs in the loss where the frame must change."""
    magnified: float | None = None
    """Most of the largest displacement after magnification [px]."""
    calibrate: bool = True
    """Whether the weights are scaled at the end until they magnify as asked."""
    seed: int | None = None
    """Of the first weights and of every sample."""
    start: Path | None = None
    """Weights (.npz) to begin with, of a run before this one."""
    checkpoint_every: int = 200
    """Steps between checkpoints."""
    tensorboard: bool = False
    """Whether to write for TensorBoard."""

    def run(self) -> None:
        start_tensorflow()
        from fgrmer_tf.errors import InputError
        from input_pipeline.magnification.training import TrainingSettings, train_magnet

        said = {
            "steps": self.steps,
            "batch_size": self.batch_size,
            "learning_rate": self.learning_rate,
            "motion_weight": self.motion_weight,
            "magnified": self.magnified,
            "calibrate": self.calibrate,
            "seed": self.seed,
            "start": self.start and str(self.start.absolute()),
        }
        settings = TrainingSettings(
            **{name: value for name, value in said.items() if value is not None}
        )
        try:
            magnet = train_magnet(
                self.out,
                settings,
                checkpoint_every=self.checkpoint_every,
                tensorboard=self.tensorboard,
            )
        except ArithmeticError as error:
            raise InputError(
                f"{error} The weights as trained are kept in `{self.out}`. Train for "
                "more --steps, in another folder."
            ) from error
        _save_shape_path(magnet, self.out)
        say(f"trained network: {self.out}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MagnifyImportTorch:
    """Maps a checkpoint of the public PyTorch network, tensor by tensor."""

    file: tyro.conf.Positional[Path]
    """State dict: .pth (needs PyTorch) or .npz with one array a name."""
    out: Path
    """Folder to make: magnet.npz and shape_path.tflite."""

    def run(self) -> None:
        start_tensorflow()
        from fgrmer_tf import atomic
        from fgrmer_tf.errors import InputError
        from fgrmer_tf.models.torch_file import read_state_dict
        from input_pipeline.magnification.import_torch import import_state_dict
        from input_pipeline.magnification.weights import save_magnet

        magnet = import_state_dict(read_state_dict(self.file))
        if self.out.exists():
            raise InputError(f"`{self.out}` exists already. Name another folder.")
        with atomic.folder(self.out) as folder:
            save_magnet(magnet, folder / _WEIGHTS)
            _save_shape_path(magnet, folder)
        say(f"imported network: {self.out}")


def _save_shape_path(magnet: "MagNet", folder: Path) -> None:
    from fgrmer_tf import atomic
    from input_pipeline.magnification.shape_export import to_litert

    atomic.write_bytes(folder / _SHAPE_PATH, to_litert(magnet))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Magnify:
    """Magnifies motion in videos; trains and imports the network that does it."""

    action: Annotated[
        Annotated[MagnifyVideo, tyro.conf.subcommand("video")]
        | Annotated[MagnifyClip, tyro.conf.subcommand("clip")]
        | Annotated[MagnifyTrain, tyro.conf.subcommand("train")]
        | Annotated[MagnifyImportTorch, tyro.conf.subcommand("import-torch")],
        tyro.conf.arg(name=""),
    ]

    def run(self) -> None:
        self.action.run()
