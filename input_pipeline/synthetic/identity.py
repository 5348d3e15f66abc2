"""Who is in front of the camera: face shape, colours and light of one subject."""

import dataclasses

import numpy as np

from input_pipeline.synthetic.fields import Field, Pull, face_width, place, total

# Trait: where it pulls, and the range of its size [face widths].
_TRAITS: dict[str, tuple[Pull, tuple[float, float]]] = {
    "cheek width": (Pull(234, 454, 1, 0, 0.20), (-0.030, 0.030)),
    "jaw width": (Pull(172, 397, 1, 0, 0.16), (-0.035, 0.035)),
    "chin length": (Pull(152, 152, 0, -1, 0.15), (-0.020, 0.020)),
    "nose length": (Pull(2, 2, 0, -1, 0.09), (-0.013, 0.015)),
    "nose width": (Pull(129, 358, 1, 0, 0.05), (-0.012, 0.015)),
    "eye distance": (Pull(159, 386, 1, 0, 0.10), (-0.018, 0.018)),
    "eye height": (Pull(159, 386, 0, 1, 0.10), (-0.015, 0.015)),
    "eye opening": (Pull(159, 386, 0, 1, 0.035), (-0.007, 0.007)),
    "brow height": (Pull(105, 334, 0, 1, 0.09), (-0.030, 0.030)),
    "brow slant": (Pull(107, 336, 0, 1, 0.06), (-0.015, 0.015)),
    "mouth width": (Pull(61, 291, 1, 0, 0.08), (-0.030, 0.020)),
    "smile": (Pull(61, 291, 0, 1, 0.08), (-0.035, 0.005)),
    "mouth height": (Pull(13, 13, 0, 1, 0.065), (-0.015, 0.015)),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Identity:
    """The looks of one subject, without pixels.

    Args:
        mirrored: Whether the photograph is flipped first.
        traits: `(traits, 2)`, size of each trait on the right and the left half [face
            widths].
        face_part: Place in the range of face widths that the camera sees, [0, 1].
        skin: `(3,)`, RGB factors on skin.
        hair: `(3,)`, RGB factors on hair.
        background: `(3,)`, RGB factors on what is behind.
        light: `(2,)`, direction times strength of the light [nepers a face width].
        exposure: Factor on the whole image. Unitless.
        grain_seed: Seeds the fine structure of the skin.
    """

    mirrored: bool
    traits: np.ndarray
    face_part: float
    skin: np.ndarray
    hair: np.ndarray
    background: np.ndarray
    light: np.ndarray
    exposure: float
    grain_seed: int

    def shape_field(self, mesh: np.ndarray) -> Field:
        """The warp from the photographed face to this one, for a mesh `(468, 2)`."""
        width = face_width(mesh)
        return total(
            [
                place([pull], mesh, right=right * width, left=left * width)
                for (pull, _), (right, left) in zip(
                    _TRAITS.values(), self.traits, strict=True
                )
            ]
        )


def draw_identity(rng: np.random.Generator) -> Identity:
    """Draws one subject."""
    low, high = np.array([span for _, span in _TRAITS.values()]).T
    size = rng.uniform(low, high)
    slight = rng.normal(0, 0.08, (len(size), 2))
    tone = rng.uniform(0, 1)
    skin = 1.05 - tone * np.array([0.50, 0.60, 0.66]) + rng.normal(0, 0.02, 3)
    direction = rng.uniform(0, 2 * np.pi)
    return Identity(
        mirrored=bool(rng.random() < 0.5),
        traits=size[:, None] * (1 + slight),
        face_part=rng.uniform(0, 1),
        skin=skin,
        hair=rng.uniform(0.25, 1.1) * rng.uniform(0.9, 1.1, 3),
        background=rng.uniform(0.4, 1.05) * rng.uniform(0.88, 1.12, 3),
        light=rng.uniform(0.1, 0.5) * np.array([np.cos(direction), np.sin(direction)]),
        exposure=rng.uniform(0.85, 1.1),
        grain_seed=int(rng.integers(2**31)),
    )
