"""Smooth displacement fields anchored on the face mesh: they move points and pixels.

A field is used backward: what a frame shows at point `p` lay at `p - field(p)` before.
A pixel therefore needs one look-up, and a mesh point solves `p = start + field(p)`.
"""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

# Outer eye corners give the face's axes; the cheeks in front of the ears its width.
_RIGHT_EYE, _LEFT_EYE = 33, 263
_RIGHT_CHEEK, _LEFT_CHEEK = 234, 454


@dataclasses.dataclass(frozen=True)
class Pull:
    """A displacement of the skin round a pair of mesh points, mirrored at the midline.

    Args:
        right: Index of the mesh point on the right of the person (left in the image).
        left: Its counterpart; the same index for a point on the midline.
        out: Component away from the midline. Unitless: a field is scaled later.
        up: Component towards the forehead. Unitless.
        reach: Standard deviation of the fall-off [face widths].
    """

    right: int
    left: int
    out: float
    up: float
    reach: float


@dataclasses.dataclass(frozen=True, eq=False)
class Field:
    """A sum of round Gaussian bumps, each with one displacement vector.

    Args:
        centres: `(bumps, 2)`, (x, y) [px, origin top left].
        reaches: `(bumps,)`, standard deviations [px].
        vectors: `(bumps, 2)`, displacement at the centre of a bump [px].
    """

    centres: np.ndarray
    reaches: np.ndarray
    vectors: np.ndarray

    def at(self, points: np.ndarray) -> np.ndarray:
        """Displacement [px] at `points`, `(points, 2)`, in the shape of `points`."""
        offset = (points[:, None] - self.centres) / self.reaches[:, None]
        return np.exp(-0.5 * np.square(offset).sum(axis=-1)) @ self.vectors

    def on_grid(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Displacement at the crossings of columns `x` and rows `y` [px].

        A round Gaussian is a product of two profiles, so the sum over bumps is one
        matrix product.

        Args:
            x: `(width,)`.
            y: `(height,)`.

        Returns:
            The x and the y component, each float32 `(height, width)`.
        """
        across = self._profile(x, 0)
        down = self._profile(y, 1)
        pulls = self.vectors.astype(np.float32)
        return (down.T * pulls[:, 0]) @ across, (down.T * pulls[:, 1]) @ across

    def scaled(self, factor: float) -> "Field":
        """The field times `factor`."""
        return dataclasses.replace(self, vectors=self.vectors * factor)

    def _profile(self, positions: np.ndarray, axis: int) -> np.ndarray:
        offset = positions - self.centres[:, axis, None]
        return np.exp(-0.5 * np.square(offset / self.reaches[:, None])).astype(
            np.float32
        )


def total(fields: Sequence[Field]) -> Field:
    """The sum of at least one field."""
    return Field(
        *(
            np.concatenate([getattr(field, name) for field in fields])
            for name in ("centres", "reaches", "vectors")
        )
    )


def face_width(mesh: np.ndarray) -> float:
    """Distance of the two cheek points of a mesh `(468, 2)` [px]."""
    return float(np.linalg.norm(mesh[_LEFT_CHEEK] - mesh[_RIGHT_CHEEK]))


def place(
    pulls: Sequence[Pull],
    mesh: np.ndarray,
    *,
    right: float = 1.0,
    left: float = 1.0,
    turn: float = 0.0,
    reach: float = 1.0,
) -> Field:
    """Puts pulls on one face: in its place, its size and its in-plane tilt.

    Args:
        pulls: At least one.
        mesh: `(468, 2)`, (x, y) [px].
        right: Factor on the person's right half. Unitless.
        left: Factor on the person's left half. Unitless.
        turn: Turns each vector from up towards out [rad].
        reach: Factor on each reach. Unitless.

    Returns:
        A field whose vectors are as long as the pulls say, in px.
    """
    width = face_width(mesh)
    across = mesh[_LEFT_EYE] - mesh[_RIGHT_EYE]
    across = across / np.linalg.norm(across)
    up = np.array([across[1], -across[0]])
    centres, reaches, vectors = [], [], []
    for pull in pulls:
        out_part = pull.out * np.cos(turn) + pull.up * np.sin(turn)
        up_part = pull.up * np.cos(turn) - pull.out * np.sin(turn)
        for index, outward, factor in (
            (pull.right, -across, right),
            (pull.left, across, left),
        ):
            centres.append(mesh[index])
            reaches.append(pull.reach * reach * width)
            vectors.append(factor * (out_part * outward + up_part * up))
    return Field(np.array(centres), np.array(reaches), np.array(vectors))


def carry(
    points: np.ndarray, displacement: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Moves points by a backward field: solves `moved = points + field(moved)`.

    Args:
        points: `(points, 2)` [px].
        displacement: The field. Its slope must be below 1, or pixels would fold.

    Returns:
        `(points, 2)` [px], to 1e-6 px.

    Raises:
        ArithmeticError: If the field folds.
    """
    moved = points
    for _ in range(100):
        following = points + displacement(moved)
        if np.abs(following - moved).max() < 1e-6:
            return following
        moved = following
    raise ArithmeticError("The displacement field folds: its slope reaches 1.")
