"""dlib's 68-point scheme, read off the 468-point mesh."""

import numpy as np

# Each row runs as the scheme does: from the image's left to its right for a frontal
# face, that is from the subject's right. The choice is argued in `docs/landmarks.md`.
_JAW = (127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454)
_ROWS = (
    (*_JAW, 356),  # 0-16: ear to ear, even steps along the outline
    (70, 63, 105, 66, 107),  # 17-21: upper border of the image-left brow
    (336, 296, 334, 293, 300),  # 22-26: upper border of the image-right brow
    (168, 197, 5, 4),  # 27-30: bridge of the nose, downwards to the tip
    (98, 97, 2, 326, 327),  # 31-35: under the nose
    (33, 160, 158, 133, 153, 144),  # 36-41: image-left eye, clockwise from outside
    (362, 385, 387, 263, 373, 380),  # 42-47: image-right eye, clockwise from inside
    (61, 39, 37, 0, 267, 269, 291),  # 48-54: upper border of the lips
    (405, 314, 17, 84, 181),  # 55-59: lower border of the lips, leftwards
    (78, 82, 13, 312, 308),  # 60-64: upper border of the mouth opening
    (317, 14, 87),  # 65-67: lower border of the mouth opening, leftwards
)

MESH_INDEX = np.array([index for row in _ROWS for index in row])
"""int64 `(68,)`: the mesh point of each landmark."""
MESH_INDEX.setflags(write=False)


def to_68(mesh: np.ndarray) -> np.ndarray:
    """Picks the 68 landmarks out of a mesh.

    Source:
        Not published with the mesh. Each point is the mesh point of the same feature
        line nearest to the mean shape of dlib's 68-point model.

    Args:
        mesh: `(..., 468, 2)` or `(..., 468, 3)`: x, y and possibly z.

    Returns:
        `(..., 68, 2)`, (x, y) in the unit of `mesh`.
    """
    return mesh[..., MESH_INDEX, :2]
