"""What `fgrmer explain` writes: a page, pictures and numbers."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fgrmer_tf import atomic

if TYPE_CHECKING:
    from fgrmer_tf.models.explanation import Explanation
    from input_pipeline.feature_table import FeatureTable

PAGE_FILE, VALUES_FILE = "explanation.html", "explanation.json"


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Shown:
    """Clips to explain, and the face to draw them on.

    Args:
        title: What they are, for the heading.
        table: Their features. Labels count where there is no `frame`.
        landmarks: `(68, 2)` as (x, y), on `frame` [px] if there is one.
        frame: uint8 RGB `(height, width, 3)` of a single clip, or `None`.
    """

    title: str
    table: "FeatureTable"
    landmarks: np.ndarray
    frame: np.ndarray | None = None


def _by_class(centred: np.ndarray, shown: Shown, classes: int) -> np.ndarray:
    """Relevance for each class, `(num_classes, num_nodes)`.

    Of one clip with no label, all that it has; of a store, the means over the clips
    that are of the class, 0 where there is none.
    """
    if shown.frame is not None:
        return centred[0]
    label = shown.table.label
    return np.stack(
        [
            centred[label == index, index].sum(axis=0) / max((label == index).sum(), 1)
            for index in range(classes)
        ]
    )


def write_explanation(
    out: Path,
    shown: Shown,
    found: "Explanation",
    names: tuple[str, ...],
    adjacency: np.ndarray | None,
) -> None:
    """Writes an explanation as a page, as pictures and as numbers.

    Writes:
        `attention.png`, `relevance.png`, `graph.png` (with an AU graph alone),
        `explanation.json` with the values of every clip, and `explanation.html`.

    Args:
        out: Folder, made when missing.
        shown: The clips.
        found: What the model did with them.
        names: Names of all classes, in label order.
        adjacency: `(num_nodes, num_nodes)`, the AU graph of the model, if any.
    """
    from fgrmer_tf.evaluation.results import softmax
    from fgrmer_tf.report import explanation, figures
    from fgrmer_tf.report.template import render

    centred = found.centred_relevance()
    nodes = centred.sum(axis=2).mean(axis=0)
    attention = found.attention.mean(axis=0)
    probability = softmax(found.logits).mean(axis=0)
    rest = found.rest.mean(axis=0)
    drawn = {
        "attention": explanation.attention_figure(
            attention, shown.landmarks, shown.frame
        ),
        "relevance": explanation.relevance_figure(
            _by_class(centred, shown, len(names)), names
        ),
    }
    if adjacency is not None:
        drawn["graph"] = explanation.graph_figure(adjacency)
    answers = [
        {
            "name": name,
            "best": bool(probability[index] == probability.max()),
            "probability": float(probability[index]),
            "nodes": float(nodes[index]),
            "rest": float(rest[index] - rest.mean()),
        }
        for index, name in enumerate(names)
    ]
    page = render(
        "explanation.html",
        title=f"Explanation: {shown.title}",
        subject="What a trained model read, and what its action unit nodes added to "
        "each class.",
        several=len(shown.table) > 1,
        answers=answers,
        least=float(attention.min()),
        most=float(attention.max()),
        **{"graph": None}
        | {name: figures.svg(figure, name) for name, figure in drawn.items()},
    )
    for name, figure in drawn.items():
        atomic.write_bytes(out / f"{name}.png", figures.png(figure))
    atomic.write_json(
        out / VALUES_FILE,
        {
            "clips": shown.table.clip.tolist(),
            "class_names": list(names),
            "attention": found.attention.tolist(),
            "node_scores": found.node_scores.tolist(),
            "relevance": found.relevance.tolist(),
            "rest": found.rest.tolist(),
            "logits": found.logits.tolist(),
        },
    )
    atomic.write_text(out / PAGE_FILE, page)
