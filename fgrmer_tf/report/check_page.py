"""The page of a check: one HTML file that needs nothing else."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fgrmer_tf.report import figures
from fgrmer_tf.report.au_figures import cooccurrence_figure
from fgrmer_tf.report.template import render

_KINDS = (
    (
        "fault",
        "Left out",
        "Something is wrong with these {things}; nothing was guessed.",
    ),
    (
        "warning",
        "Warnings",
        "These {things} are used. Look at them before you trust them.",
    ),
    ("repair", "Repairs", "Every value that was changed or chosen, with the old one."),
    (
        "protocol",
        "By the protocol",
        "Nothing is wrong; the chosen classes do not have them.",
    ),
)


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class CheckPage:
    """All that the page shows. A count is a mapping with `name`, `clips`, `published`.

    Args:
        dataset: Name of the data set.
        root: Its folder.
        title: What the classes are, for people.
        options: How the command line chooses that.
        reasons: Why the set is not usable; empty if it is.
        clips: Number of usable clips, or pictures.
        frames: Image files that were looked at.
        decoded: Those that were decoded.
        classes: Heading -> count of each class, of the whole set or of a part.
        subjects: Count of each subject; empty where nobody knows who is seen.
        findings: Kind -> findings, each a mapping with `rule`, `row`, `subject`,
            `clip`, `detail`, `old`, `new` and `file`.
        evidence: How far published numbers are verified: word and meaning.
        total: Count of the whole data set, or `None`.
        units: Count of each action unit of CD6ME, if they compare.
        composite: `listed`, `absent`, `extra` and `disputed`, or `None`.
        cooccurrence: int64 `(num_nodes, num_nodes)`, or `None` without annotation.
        adjacency: float `(num_nodes, num_nodes)`, or `None`.
        annotated: Usable clips with action units.
        notes: What is easily overlooked in this data set, in sentences.
        thing: What is counted, in the singular.
    """

    dataset: str
    root: str
    title: str
    options: str
    reasons: Sequence[str]
    clips: int
    frames: int
    decoded: int
    classes: Mapping[str, Sequence[Mapping[str, Any]]]
    subjects: Sequence[Mapping[str, Any]]
    findings: Mapping[str, Sequence[Mapping[str, Any]]]
    evidence: Sequence[tuple[str, str]]
    total: Mapping[str, Any] | None = None
    units: Sequence[Mapping[str, Any]] = ()
    composite: Mapping[str, Any] | None = None
    cooccurrence: np.ndarray | None = None
    adjacency: np.ndarray | None = None
    annotated: int = 0
    notes: Sequence[str] = ()
    thing: str = "clip"


def render_check(page: CheckPage) -> str:
    """Renders the page; every text from outside is escaped.

    Returns:
        An HTML document: no network, no script, light and dark, screen and paper.
    """

    def rules(kind: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """The findings of a kind by rule, the most frequent rule first."""
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for one in page.findings[kind]:
            groups.setdefault(one["rule"], []).append(one)
        return sorted(groups.items(), key=lambda group: -len(group[1]))

    return render(
        "check.html",
        page=page,
        kinds=[
            (kind, heading, lead.format(things=f"{page.thing}s"))
            for kind, heading, lead in _KINDS
        ],
        rules=rules,
        subjects=sum(one["clips"] > 0 for one in page.subjects),
        most=max((one["clips"] for one in page.subjects), default=0) or 1,
        counts=None
        if page.cooccurrence is None
        else figures.svg(cooccurrence_figure(page.cooccurrence), "counts"),
        graph=None
        if page.adjacency is None
        else figures.svg(figures.adjacency_figure(page.adjacency), "graph"),
    )
