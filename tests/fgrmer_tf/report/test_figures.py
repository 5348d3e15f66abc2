import re
import xml.etree.ElementTree as ElementTree

import numpy as np

from fgrmer_tf.report import figures
from fgrmer_tf.report.curves import loss_figure

CONFUSION = np.array([[17, 2, 0], [3, 29, 5], [0, 0, 0]])
NAMES = ("posi<tive", "a$b$c", "surprise")


def texts(svg):
    found = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(element.itertext()) for element in found]


def test_a_confusion_matrix_shows_counts_shares_and_names():
    svg = figures.svg(figures.confusion_figure(CONFUSION, NAMES), "a")
    shown = texts(svg)
    for name in NAMES:
        # A dollar sign starts no formula; a bracket starts no tag.
        assert shown.count(name) == 2
    for count in ("17", "29", "5"):
        assert count in shown
    assert "89%" in shown  # 17 of 19
    assert "78%" in shown  # 29 of 37


def test_names_of_many_classes_do_not_meet():
    names = [f"expression {number}" for number in range(5)]
    figure = figures.confusion_figure(np.eye(5, dtype=np.int64), names)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    labels = axes.get_xticklabels()
    assert [label.get_text() for label in labels] == names
    assert {label.get_rotation() for label in labels} == {35}


def test_an_svg_is_the_same_every_time_and_needs_nothing_else():
    one, other = (
        figures.svg(figures.confusion_figure(CONFUSION, NAMES), "a") for _ in "ab"
    )
    assert one == other
    assert one.startswith("<svg")
    assert figures.INK not in one
    assert "currentColor" in one
    assert set(re.findall(r'https?://[^"]+', one)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_figures_of_one_page_share_no_id():
    figure = loss_figure([[3, 2, 1]])
    ids = [
        set(re.findall(r'clipPath id="([^"]+)"', figures.svg(figure, name)))
        for name in ("a", "b")
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_png_is_a_png():
    content = figures.png(figures.confusion_figure(CONFUSION, NAMES))
    assert content.startswith(b"\x89PNG")


def test_an_au_graph_has_named_rows_and_no_diagonal():
    adjacency = np.full((9, 9), 0.25) + np.eye(9)
    adjacency[1, 7] = 0.75
    figure = figures.adjacency_figure(adjacency)
    shown = texts(figures.svg(figure, "a"))
    assert shown.count("AU25") == 2
    assert shown.count("0.25") == 71
    assert shown.count("0.75") == 1
    assert not {"1.25", "0.00"} & set(shown)
    (mesh,) = figure.axes[0].collections
    np.testing.assert_array_equal(np.diag(mesh.get_array()), np.zeros(9))
    assert mesh.get_array()[1, 7] == 0.75
