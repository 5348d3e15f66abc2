import csv
from pathlib import Path

import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import AU_NODES, NUM_AUS
from input_pipeline.au_annotation import au_row, read_aus
from input_pipeline.au_graph import (
    FACS_PRIOR_NOTE,
    adjacency,
    au_statistics,
    cooccurrence,
    factorise,
    read_matrix,
)


def rows(*units):
    return np.stack([au_row(u) for u in units])


def at(a, b):
    return AU_NODES.index(a), AU_NODES.index(b)


def test_counts_by_hand_and_unannotated_clips_do_not_count():
    counts = cooccurrence(rows((1, 2), (1, 2, 25), (2,), (12,), None))
    assert counts[at(1, 2)] == counts[at(2, 1)] == 2
    assert counts[at(2, 2)] == 3
    assert counts[at(1, 12)] == 0
    assert counts.sum() == 4 + 9 + 1 + 1


def test_adjacency_is_conditional_on_the_column():
    matrix = adjacency(cooccurrence(rows((1, 2), (1, 2, 25), (2,))))
    assert matrix[at(1, 2)] == pytest.approx(2 / 3)
    assert matrix[at(2, 1)] == 1
    assert matrix[at(12, 1)] == 0
    assert (np.diagonal(matrix) == 1).all()


BLOCKS = Path(__file__).parents[1] / "golden" / "fgrmer_au_blocks.csv"
# Worked out of the published matrices; positions in AU_NODES.
PUBLISHED = (104, 110, 97, 29, 194, 46, 35, 29, 22)
PUBLISHED_PAIRS = {
    (0, 1): 82, (0, 4): 4, (0, 5): 6, (0, 8): 4, (1, 4): 7, (1, 5): 10, (1, 6): 1,
    (1, 8): 4, (2, 3): 17, (2, 4): 3, (2, 5): 1, (2, 7): 1, (3, 4): 4, (3, 8): 1,
    (4, 5): 6, (4, 6): 14, (4, 7): 4, (4, 8): 4, (5, 6): 5, (5, 7): 4, (5, 8): 1,
    (6, 7): 6,
}  # fmt: skip


def published_counts():
    counts = np.diag(PUBLISHED)
    for (row, column), clips in PUBLISHED_PAIRS.items():
        counts[row, column] = counts[column, row] = clips
    return counts


def test_an_equivalent_table_gives_the_published_integer_counts():
    with open(BLOCKS, encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(line for line in file if line[0] != "#"))
    au = np.concatenate(
        [
            np.repeat([au_row(read_aus(row["action_units"]).units)], times, axis=0)
            for row in table
            for times in [int(row["blocks"])]
        ]
    )
    np.testing.assert_array_equal(cooccurrence(au), published_counts())


def test_the_published_form_divides_by_the_column():
    matrix = adjacency(published_counts())
    for (row, column), clips in PUBLISHED_PAIRS.items():
        assert matrix[row, column] == pytest.approx(clips / PUBLISHED[column])
        assert matrix[column, row] == pytest.approx(clips / PUBLISHED[row])


def test_the_other_forms_are_the_transpose_and_the_symmetric_mean():
    counts = published_counts()
    column, row = adjacency(counts, "column"), adjacency(counts, "row")
    np.testing.assert_array_equal(row, column.T)
    cosine = adjacency(counts, "cosine")
    np.testing.assert_allclose(cosine, np.sqrt(column * row), rtol=1e-6)
    np.testing.assert_array_equal(cosine, cosine.T)
    assert not np.array_equal(row, column)


@pytest.mark.parametrize("form", ["column", "row", "cosine"])
def test_a_unit_that_never_occurs_is_joined_to_none(form):
    matrix = adjacency(cooccurrence(rows((1, 2), (1,))), form)
    np.testing.assert_array_equal(matrix[AU_NODES.index(25)], np.eye(NUM_AUS)[-1])
    assert (np.diagonal(matrix) == 1).all()


def test_the_form_reaches_the_statistics():
    au = rows((1, 2), (1, 2, 25), (2,))
    for form in ("column", "row"):
        expected = adjacency(cooccurrence(au), form)
        np.testing.assert_array_equal(
            au_statistics(au, 5, form=form).adjacency, expected
        )


def test_embeddings_reproduce_the_cosines():
    au = np.random.default_rng(3).integers(0, 2, (17, NUM_AUS)).astype(np.uint8)
    gram = cooccurrence(au) + np.eye(NUM_AUS)
    cosines = gram / np.sqrt(np.outer(np.diagonal(gram), np.diagonal(gram)))
    embeddings = factorise(cooccurrence(au), NUM_AUS)
    np.testing.assert_allclose(embeddings @ embeddings.T, cosines, atol=1e-6)


@pytest.mark.parametrize("dim", [5, 11])
def test_width_is_cut_or_padded_with_zeros(dim):
    counts = cooccurrence(rows((1, 2), (12,), (4, 15)))
    full, other = factorise(counts, NUM_AUS), factorise(counts, dim)
    kept = min(dim, NUM_AUS)
    np.testing.assert_array_equal(other[:, :kept], full[:, :kept])
    assert not other[:, kept:].any()


def test_statistics_do_not_depend_on_the_order_of_clips():
    au = np.random.default_rng(5).integers(0, 2, (19, NUM_AUS)).astype(np.uint8)
    one, other = au_statistics(au, 7), au_statistics(au[::-1], 7)
    np.testing.assert_array_equal(one.adjacency, other.adjacency)
    np.testing.assert_array_equal(one.embeddings, other.embeddings)
    assert one.notes == ()


def test_without_annotation_the_prior_is_used_and_said():
    statistics = au_statistics(rows(None, None), 9)
    assert statistics.notes == (FACS_PRIOR_NOTE,)
    assert statistics.adjacency[at(1, 2)] == 1
    assert statistics.adjacency[at(1, 12)] == 0
    assert statistics.embeddings.any(axis=1).all()


def test_a_users_matrix_is_used_as_it_is(tmp_path):
    matrix = np.random.default_rng(7).normal(size=(NUM_AUS, 13)).astype(np.float32)
    np.save(tmp_path / "m.npy", matrix)
    np.savetxt(tmp_path / "m.csv", matrix, delimiter=",")
    for name in ("m.npy", "m.csv"):
        read = read_matrix(tmp_path / name)
        np.testing.assert_allclose(read, matrix, rtol=1e-6)
        assert (au_statistics(rows((1,)), 13, read).embeddings == read).all()


def test_a_wrong_matrix_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\(9, 13\)"):
        au_statistics(rows((1,)), 13, np.zeros((8, 13)))
    with pytest.raises(InputError, match="finite"):
        au_statistics(rows((1,)), 13, np.full((9, 13), np.nan))
    (tmp_path / "m.csv").write_text("a,b")
    with pytest.raises(InputError, match=r"m\.csv"):
        read_matrix(tmp_path / "m.csv")
    with pytest.raises(InputError, match=r"none\.npy"):
        read_matrix(tmp_path / "none.npy")
