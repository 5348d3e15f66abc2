import numpy as np
import pytest

from fgrmer_tf.report import explanation
from fgrmer_tf.report.figures import svg
from fgrmer_tf.spec import AU_NODES, NUM_AUS, NUM_PATCHES, PATCH_LANDMARKS

FACE = np.random.default_rng(3).uniform(10, 90, (68, 2))
ATTENTION = np.linspace(0, 2, NUM_PATCHES)


@pytest.mark.parametrize("frame", [None, np.zeros((101, 97, 3), np.uint8)])
def test_attention_is_drawn_at_the_patches(frame):
    (axes,) = explanation.attention_figure(ATTENTION, FACE, frame).axes
    rings, discs = axes.collections
    np.testing.assert_allclose(discs.get_offsets(), FACE[list(PATCH_LANDMARKS)])
    # A disc is as large as its ring where attention is even.
    np.testing.assert_allclose(discs.get_sizes(), ATTENTION * rings.get_sizes())
    assert len(axes.images) == (frame is not None)
    assert bool(axes.get_lines()) == (frame is None)
    low, high = axes.get_ylim()
    assert low > high  # y points down, as in frames.


def test_relevance_has_a_panel_a_class_and_a_bar_a_node():
    relevance = np.random.default_rng(5).normal(size=(2, NUM_AUS))
    figure = explanation.relevance_figure(relevance, ("a$b$", "<c>"))
    assert [axes.get_title() for axes in figure.axes] == ["a$b$", "<c>"]
    for axes, values in zip(figure.axes, relevance, strict=True):
        widths = [bar.get_width() for bar in axes.patches]
        np.testing.assert_allclose(widths, values)
        assert axes.get_xlim() == figure.axes[0].get_xlim()
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert labels == [f"AU{number}" for number in AU_NODES]


def test_no_relevance_at_all_can_be_drawn():
    figure = explanation.relevance_figure(np.zeros((3, NUM_AUS)), "abc")
    assert svg(figure, "a").startswith("<svg")


def test_an_arrow_leads_to_the_au_that_follows():
    adjacency = np.eye(NUM_AUS)
    adjacency[2, 5] = 0.5  # P(node 2 | node 5)
    adjacency[3, 1] = 0.04
    (axes,) = explanation.graph_figure(adjacency).axes
    names = {f"AU{number}": number for number in AU_NODES}
    places = {
        text.get_text(): text.get_position()
        for text in axes.texts
        if text.get_text() in names
    }
    assert places.keys() == names.keys()
    (arrow,) = [text for text in axes.texts if text.get_text() == ""]
    assert arrow.xy == pytest.approx(places[f"AU{AU_NODES[2]}"])
    assert arrow.get_position() == pytest.approx(places[f"AU{AU_NODES[5]}"])
