import numpy as np
import pytest

from fgrmer_tf.report.attention_maps import attention_grid
from fgrmer_tf.report.figures import png


@pytest.fixture
def drawn():
    rng = np.random.default_rng(3)
    local = rng.uniform(0.2, 0.7, (2, 5, 7, 3))
    local[1] = 0.4
    return {
        "squares": rng.integers(0, 256, (2, 11, 11, 3)).astype(np.uint8),
        "local": local,
        "max_out": local.max(axis=-1, keepdims=True),
        "class_token": rng.uniform(0, 0.1, (2, 5, 7)),
    }


def test_a_row_a_picture_and_a_column_a_map(drawn):
    figure = attention_grid(**drawn, titles=["joy", "fear"])
    cells = figure.axes
    assert [cell.get_title() for cell in cells[:6]] == [
        *("picture", "max-out", "map 1", "map 2", "map 3", "class token"),
    ]
    assert [cells[0].get_ylabel(), cells[6].get_ylabel()] == ["joy", "fear"]
    assert len(cells) == 12


def test_maps_lie_on_all_of_the_picture_at_one_scale(drawn):
    cells = attention_grid(**drawn, titles=["joy", "fear"]).axes
    for column, values in (
        (1, drawn["max_out"][0, ..., 0]),
        *((2 + k, drawn["local"][0, ..., k]) for k in range(3)),
        (5, drawn["class_token"][0]),
    ):
        picture, shown = cells[column].images
        np.testing.assert_array_equal(shown.get_array(), values)
        assert shown.get_extent() == picture.get_extent()
        scale = drawn["class_token"][0] if column == 5 else drawn["local"][0]
        assert shown.get_clim() == (scale.min(), scale.max())
    np.testing.assert_array_equal(cells[6].images[0].get_array(), drawn["squares"][1])


def test_a_map_without_contrast_is_drawn_too(drawn):
    assert png(attention_grid(**drawn, titles=["a", "b"])).startswith(b"\x89PNG")
