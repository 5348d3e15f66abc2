import numpy as np
import pytest

from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import AU_NODES, NUM_AUS
from input_pipeline.au_annotation import au_row
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
