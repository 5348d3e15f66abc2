"""The shape path of MagNet at work: two frames to a magnified shape, in LiteRT."""

import dataclasses
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from fgrmer_tf.errors import InputError

SHIPPED = Path(__file__).parent / "weights" / "shape_path.tflite"
"""The shape path of the weights that this project trained."""

ENCODE, ENCODE_INSIDE = "encode", "encode_inside"
MAGNIFY, TRAITS = "magnify", "traits"
SIGNATURES = (ENCODE, ENCODE_INSIDE, MAGNIFY, TRAITS)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShapeTraits:
    """What a user of the shape path has to know of the network.

    Args:
        identity_factor: The factor that leaves the shape of B as it is.
        origin: Where pixel 0 of the shape lies on the frame [px]; pixel `i` lies at
            `origin + 2 * i`. The published forms differ: 1 (official), 0 (public).
        encoder_reach: Pixels of the shape by which a cut-out frame must be larger on
            each side than the shape that is wanted of it [px of the shape].
        manipulator_reach: The same for cut-out shapes [px of the shape].
    """

    identity_factor: float
    origin: float
    encoder_reach: int
    manipulator_reach: int

    def values(self) -> tuple[float, ...]:
        """The fields in order."""
        return dataclasses.astuple(self)

    def map_points(self, points: np.ndarray) -> np.ndarray:
        """Positions on the shape of positions on the frame, both as (x, y) [px]."""
        return (points - self.origin) / 2


def read_model(path: str | Path) -> bytes:
    """The content of a LiteRT file.

    Raises:
        InputError: If there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"The shape path must be a file. Received: `{path}`.")
    return path.read_bytes()


class ShapePath:
    """Encoder and manipulator for frames and shapes of any size; XNNPACK runs them.

    A size that was not met in the call before costs a new allocation. Not safe across
    threads: calls share the interpreter's buffers.

    Args:
        model: What `shape_export.to_litert` gave.
        threads: int, at least 1. Threads of one call.

    Raises:
        InputError: At construction, if `model` is no LiteRT file of a shape path.
    """

    def __init__(self, model: bytes, threads: int = 1) -> None:
        try:
            interpreter = Interpreter(model_content=model, num_threads=threads)
            found = interpreter.get_signature_list()
        except ValueError as error:
            raise InputError(
                "The shape path must be a LiteRT file. "
                f"Received {len(model)} bytes that LiteRT refuses ({error})."
            ) from error
        if not found.keys() >= set(SIGNATURES):
            raise InputError(
                f"The shape path must have the signatures {', '.join(SIGNATURES)}. "
                f"Received a LiteRT file with: {sorted(found)}."
            )
        self._encode = interpreter.get_signature_runner(ENCODE)
        self._encode_inside = interpreter.get_signature_runner(ENCODE_INSIDE)
        self._magnify = interpreter.get_signature_runner(MAGNIFY)
        traits = interpreter.get_signature_runner(TRAITS)
        values = traits(ignored=np.zeros(1, np.float32))["values"]
        identity_factor, origin, *reaches = values.tolist()
        encoder_reach, manipulator_reach = map(int, reaches)
        self.traits = ShapeTraits(
            identity_factor=identity_factor,
            origin=origin,
            encoder_reach=encoder_reach,
            manipulator_reach=manipulator_reach,
        )

    def encode(self, frame: np.ndarray) -> np.ndarray:
        """The shape of a frame.

        Args:
            frame: float32 `(height, width, 3)` in [-1, 1], sides even and at least
                `frames.MINIMUM`.

        Returns:
            float32 `(height / 2, width / 2, channels)`.
        """
        return self._encode(frame=frame[None])["shape"][0]

    def encode_inside(self, frame: np.ndarray) -> np.ndarray:
        """The shape of a cut-out frame, where the cut does not show.

        Args:
            frame: As for `encode`, sides above `4 * traits.encoder_reach`.

        Returns:
            As `encode`, less `traits.encoder_reach` px on each side; sooner.
        """
        return self._encode_inside(frame=frame[None])["shape"][0]

    def magnify(
        self, shape_a: np.ndarray, shape_b: np.ndarray, factor: float
    ) -> np.ndarray:
        """The shape of B with the motion from A to B magnified.

        Args:
            shape_a: float32 `(height, width, channels)`.
            shape_b: float32, same shape.
            factor: Finite; `traits.identity_factor` leaves B as it is.

        Returns:
            float32, same shape.
        """
        return self._magnify(
            shape_a=shape_a[None],
            shape_b=shape_b[None],
            factor=np.array([factor], np.float32),
        )["shape"][0]
