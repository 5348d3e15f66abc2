import re
from pathlib import Path

import numpy as np

from input_pipeline.landmarks.scheme68 import MESH_INDEX, to_68

DOCUMENT = Path(__file__).parents[3] / "docs" / "landmarks.md"


def test_every_landmark_has_its_own_mesh_point():
    assert MESH_INDEX.shape == (68,)
    assert len(set(MESH_INDEX)) == 68
    assert MESH_INDEX.min() >= 0
    assert MESH_INDEX.max() < 468


def test_to_68_picks_x_and_y_of_each_mesh():
    meshes = np.arange(2 * 468 * 3, dtype=np.float32).reshape(2, 468, 3)
    landmarks = to_68(meshes)
    assert landmarks.shape == (2, 68, 2)
    np.testing.assert_array_equal(landmarks[1, 8], meshes[1, 152, :2])
    np.testing.assert_array_equal(landmarks[0, 66], meshes[0, 14, :2])


def test_the_document_lists_the_same_points():
    rows = re.findall(r"^\| (\d+) \| (\d+) \|", DOCUMENT.read_text("utf-8"), re.M)
    assert [int(row[0]) for row in rows] == list(range(68))
    assert [int(row[1]) for row in rows] == MESH_INDEX.tolist()
