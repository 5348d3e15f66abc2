"""Statistics of action units over given clips: adjacency and AU embeddings.

Every function sees only the rows it is given: a fold passes its training rows.
"""

import dataclasses
from pathlib import Path

import numpy as np

from fgrmer_tf.config import AdjacencyForm
from fgrmer_tf.errors import InputError
from fgrmer_tf.spec import AU_NODES, AU_NOT_ANNOTATED, NUM_AUS
from input_pipeline.au_annotation import au_row

# Combinations of the nine nodes that FACS names for the emotions of the three classes;
# they stand in where a data set has no AU annotation.
# Source: Ekman, Friesen, Hager, FACS Investigator's Guide (2002), emotion predictions,
# restricted to the nodes of this graph.
_FACS_PROTOTYPES = (
    (12,),
    (12, 25),
    (1, 2),
    (1, 2, 25),
    (1, 4),
    (1, 4, 15),
    (1, 2, 4, 25),
    (4,),
    (4, 10),
    (4, 17),
    (10,),
    (10, 17),
    (10, 25),
    (14,),
    (15,),
    (15, 17),
)
FACS_PRIOR_NOTE = (
    "The training clips carry no AU annotation: AU statistics come from the FACS "
    "prototypes of the basic emotions."
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class AUStatistics:
    """What the AU branch knows before it sees a clip.

    Args:
        adjacency: float32 `(num_nodes, num_nodes)`, identity added, not normalised.
        embeddings: float32 `(num_nodes, embedding_dim)`.
        notes: Where they come from, when that is not the training clips.
    """

    adjacency: np.ndarray
    embeddings: np.ndarray
    notes: tuple[str, ...] = ()


def cooccurrence(au: np.ndarray) -> np.ndarray:
    """Counts in how many annotated clips two AUs occur together.

    Args:
        au: uint8 `(clips, num_nodes)`; rows with 255 are not annotated and left out.

    Returns:
        int64 `(num_nodes, num_nodes)`, symmetric; the diagonal counts each AU.
    """
    present = au[(au != AU_NOT_ANNOTATED).all(axis=1)].astype(np.int64)
    return present.T @ present


def adjacency(counts: np.ndarray, form: AdjacencyForm = "column") -> np.ndarray:
    """How closely two AUs belong together, with the identity added.

    For `i != j`, and 0 where the AU that is divided by never occurs:
    `column`: `A[i, j] = N(i and j) / N(j)`, the frequency of the row's AU given the
    column's; `row`: `N(i and j) / N(i)`, its transpose; `cosine`:
    `N(i and j) / sqrt(N(i) N(j))`, symmetric; `identity`: 0. `A[i, i]` is 1.

    Source:
        Lei et al., CVPRW 2021: `column` is the axis of the published matrices, `row`
        that of the public reproductions (`docs/reproduction.md`). `cosine` is a choice
        of this project.

    Args:
        counts: int64 `(num_nodes, num_nodes)` from `cooccurrence`.
        form: What is divided by what.

    Returns:
        float32 `(num_nodes, num_nodes)`, in [0, 1].
    """
    occurs = np.maximum(np.diagonal(counts), 1)
    divisor = {
        "column": occurs[None, :],
        "row": occurs[:, None],
        "cosine": np.sqrt(np.outer(occurs, occurs)),
        "identity": np.inf,
    }[form]
    frequency = counts / divisor
    np.fill_diagonal(frequency, 1.0)
    return frequency.astype(np.float32)


def factorise(counts: np.ndarray, embedding_dim: int) -> np.ndarray:
    """Embeddings whose inner products are the cosines of AU occurrence.

    With one pseudo-count a node on the diagonal, `S = D^-1/2 (counts + I) D^-1/2` is
    positive definite; its leading eigenvectors, scaled by the root of their
    eigenvalues, are the embeddings. Signs are fixed by the largest entry.

    Source:
        Not in the paper, whose embedding is learned; this form is fed as an input.

    Args:
        counts: int64 `(num_nodes, num_nodes)`, a Gram matrix as of `cooccurrence`.
        embedding_dim: Columns kept; columns past `num_nodes` are zero.

    Returns:
        float32 `(num_nodes, embedding_dim)`, rows of length at most 1.
    """
    gram = counts + np.eye(NUM_AUS)
    scale = 1 / np.sqrt(np.diagonal(gram))
    values, vectors = np.linalg.eigh(gram * scale[:, None] * scale)
    values, vectors = values[::-1], vectors[:, ::-1]
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(NUM_AUS)]
    factors = vectors * np.sign(largest) * np.sqrt(np.maximum(values, 0))
    padded = np.zeros((NUM_AUS, embedding_dim), np.float32)
    kept = min(NUM_AUS, embedding_dim)
    padded[:, :kept] = factors[:, :kept]
    return padded


def au_statistics(
    au: np.ndarray,
    embedding_dim: int,
    matrix: np.ndarray | None = None,
    form: AdjacencyForm = "column",
) -> AUStatistics:
    """Adjacency and embeddings from the AU rows of the training clips alone.

    Args:
        au: uint8 `(clips, num_nodes)`.
        embedding_dim: Width of an embedding.
        matrix: float `(num_nodes, embedding_dim)` to use as embeddings instead, such as
            word vectors of the AU names.
        form: As in `adjacency`.

    Returns:
        Statistics; where no row is annotated they come from the FACS prototypes and a
        note says so.

    Raises:
        InputError: If `matrix` has another shape or is not finite.
    """
    notes = ()
    counts = cooccurrence(au)
    if not counts.any():
        counts = cooccurrence(np.stack([au_row(units) for units in _FACS_PROTOTYPES]))
        notes = (FACS_PRIOR_NOTE,)
    if matrix is None:
        embeddings = factorise(counts, embedding_dim)
    elif matrix.shape == (NUM_AUS, embedding_dim) and np.isfinite(matrix).all():
        embeddings = matrix.astype(np.float32)
    else:
        raise InputError(
            f"An AU matrix must be finite and of shape ({NUM_AUS}, {embedding_dim}), "
            f"rows in the order AU {', '.join(map(str, AU_NODES))}. "
            f"Received: {matrix.shape}."
        )
    return AUStatistics(
        adjacency=adjacency(counts, form), embeddings=embeddings, notes=notes
    )


def read_matrix(path: str | Path) -> np.ndarray:
    """Reads a user's AU matrix from `.npy` or `.csv` (no header, a row a node).

    Raises:
        InputError: If the file cannot be read as numbers.
    """
    path = Path(path)
    try:
        if path.suffix == ".npy":
            matrix = np.load(path, allow_pickle=False)
        else:
            matrix = np.loadtxt(path, delimiter=",", ndmin=2)
        return matrix.astype(np.float32)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The AU matrix `{path}` cannot be read as .npy or .csv: {error}."
        ) from error
