import re

import numpy as np

from fgrmer_tf.report.au_figures import cooccurrence_figure
from fgrmer_tf.report.figures import svg
from fgrmer_tf.spec import AU_NODES, NUM_AUS


def drawn(counts):
    element = svg(cooccurrence_figure(counts), "counts")
    return re.findall(r">([^<>\n]+)</text>", element)


def test_every_count_is_written_and_pairs_that_never_meet_are_not():
    counts = np.diag(np.arange(11, 11 + NUM_AUS))
    counts[0, 1] = counts[1, 0] = 7
    texts = drawn(counts)
    assert texts.count("7") == 2
    assert texts.count("0") == 0
    assert [str(n) for n in np.diagonal(counts)] == [
        t for t in texts if t in map(str, range(11, 20))
    ]
    assert texts.count(f"AU{AU_NODES[-1]}") == 2


def test_a_unit_that_never_occurs_is_a_zero():
    assert drawn(np.zeros((NUM_AUS, NUM_AUS), np.int64)).count("0") == NUM_AUS


def test_the_largest_pair_is_darkest_and_the_diagonal_is_not_shaded():
    counts = np.diag([100] * NUM_AUS)
    counts[0, 1] = counts[1, 0] = 8
    counts[0, 2] = counts[2, 0] = 4
    mesh = cooccurrence_figure(counts).axes[0].collections[0]
    shade = np.asarray(mesh.get_array()).reshape(NUM_AUS, NUM_AUS)
    assert (shade[0, 1], shade[0, 2], shade[0, 0]) == (1, 0.5, 0)
