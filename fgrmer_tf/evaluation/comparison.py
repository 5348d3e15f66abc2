"""Two systems on the same clips: is one better, or was it luck?"""

import dataclasses

import numpy as np

from fgrmer_tf.errors import InputError
from fgrmer_tf.evaluation.bootstrap import (
    RESAMPLES,
    draw_subjects,
    interval,
    resampled_scores,
    subject_counts,
)
from fgrmer_tf.evaluation.metrics import SCORES
from fgrmer_tf.evaluation.results import Predictions


@dataclasses.dataclass(frozen=True, kw_only=True)
class McNemar:
    """McNemar's test on the clips that only one of two systems names rightly.

    Args:
        only_first: Clips that only the first system names rightly.
        only_second: Clips that only the second system names rightly.
        exact: Two-sided p of the exact binomial test.
        mid_p: Two-sided p that counts half of the observed table's own probability:
            less conservative, and still close to the nominal level.
    """

    only_first: int
    only_second: int
    exact: float
    mid_p: float


def mcnemar(first_right: np.ndarray, second_right: np.ndarray) -> McNemar:
    """Tests whether two systems are right equally often on paired clips.

    It takes clips as independent. Clips of one subject are not: read it beside the
    interval over subjects of `compare`.

    Source:
        Fagerland, Lydersen, Laake, "The McNemar test for binary matched-pairs data",
        BMC Medical Research Methodology 13:91, 2013, exact conditional and mid-p.

    Args:
        first_right: bool `(clips,)`.
        second_right: bool `(clips,)`, of the same clips.

    Returns:
        Counts and p values; 1 where the systems never disagree.
    """
    from scipy.stats import binom

    first = int((first_right & ~second_right).sum())
    second = int((second_right & ~first_right).sum())
    both, fewer = first + second, min(first, second)
    if first == second:
        # The two tails overlap in the observed table itself.
        mid = 1 - float(binom.pmf(fewer, both, 0.5)) / 2 if both else 1.0
        return McNemar(only_first=first, only_second=second, exact=1.0, mid_p=mid)
    exact = min(1.0, 2 * float(binom.cdf(fewer, both, 0.5)))
    mid = exact - float(binom.pmf(fewer, both, 0.5))
    return McNemar(only_first=first, only_second=second, exact=exact, mid_p=mid)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """What `compare` found; `first` and `second` are in the order given to it.

    Args:
        clips: Number of clips both systems were tested on.
        first: Scores of the first system, means over its seeds.
        second: Scores of the second system.
        difference: Score to `(second - first, low, high)`, 95 % over subjects.
        mcnemar: One test for each pair of seeds, keyed `"seed of first/of second"`.
    """

    clips: int
    first: dict[str, float]
    second: dict[str, float]
    difference: dict[str, tuple[float, float, float]]
    mcnemar: dict[str, McNemar]


def compare(
    first: Predictions,
    second: Predictions,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Compares two systems clip by clip and subject by subject.

    Both are scored on the same resampled subjects, so that what is hard about a
    subject cancels out. Seeds are paired in ascending order; a system with one seed is
    paired with every seed of the other.

    Args:
        first: Pooled predictions.
        second: Pooled predictions of the same clips.
        seed: Decides the draws.
        resamples: Number of draws, at least 1.

    Raises:
        InputError: If the class names differ.
        InputError: If all clips are of one subject.
        InputError: If the clips or their true classes differ.
        InputError: If both have several seeds, but not equally many.
    """
    if first.class_names != second.class_names:
        raise InputError(
            "Runs are compared on one label set. Received: "
            f"{first.class_names} and {second.class_names}."
        )
    _require_same_clips(first, second)
    pairs = _seed_pairs(np.unique(first.seed), np.unique(second.seed))
    counts = [subject_counts(first), subject_counts(second)]
    if len(counts[0].subject) < 2:
        raise InputError(
            "An interval over subjects needs at least 2 of them. Received: clips of "
            f"{counts[0].dataset[0]}/{counts[0].subject[0]} alone."
        )
    times = draw_subjects(counts[0].dataset, resamples, seed)
    once = np.ones((1, len(counts[0].subject)), np.int64)
    drawn = [resampled_scores(one, times) for one in counts]
    found = [
        {name: float(values[0]) for name, values in resampled_scores(one, once).items()}
        for one in counts
    ]
    difference = {}
    for name in SCORES:
        low, high = interval(drawn[1][name] - drawn[0][name])
        difference[name] = (found[1][name] - found[0][name], low, high)
    return Comparison(
        clips=len(_truth(first)),
        first=found[0],
        second=found[1],
        difference=difference,
        mcnemar={
            f"{one}/{other}": mcnemar(_right(first, one), _right(second, other))
            for one, other in pairs
        },
    )


def _seed_pairs(first: np.ndarray, second: np.ndarray) -> list[tuple[int, int]]:
    if len(first) != len(second) and 1 not in (len(first), len(second)):
        raise InputError(
            "Runs are compared seed by seed: equally many, or one of either. "
            f"Received: seeds {first.tolist()} and {second.tolist()}."
        )
    longest = max(len(first), len(second))
    paired = zip(np.resize(first, longest), np.resize(second, longest), strict=True)
    return [(int(one), int(other)) for one, other in paired]


def _keys(predictions: Predictions, seed: int) -> list[tuple[str, str, str]]:
    of = predictions.seed == seed
    columns = (predictions.dataset, predictions.subject, predictions.clip)
    rows = zip(*(column[of] for column in columns), strict=True)
    return [(str(a), str(b), str(c)) for a, b, c in rows]


def _truth(predictions: Predictions) -> dict[tuple[str, str, str], int]:
    """True class of every clip, under the lowest seed: equal under all of them."""
    seed = int(predictions.seed.min())
    true = predictions.true[predictions.seed == seed].tolist()
    return dict(zip(_keys(predictions, seed), true, strict=True))


def _right(predictions: Predictions, seed: int) -> np.ndarray:
    """Whether each clip is named rightly, in the order of the clips' names."""
    keys = _keys(predictions, seed)
    of = predictions.seed == seed
    right = (predictions.predicted == predictions.true)[of]
    return right[sorted(range(len(keys)), key=keys.__getitem__)]


def _require_same_clips(first: Predictions, second: Predictions) -> None:
    one, other = _truth(first), _truth(second)
    alone = [sorted(one.keys() - other.keys()), sorted(other.keys() - one.keys())]
    if any(alone):
        shown = ["/".join(keys[0]) if keys else "none" for keys in alone]
        raise InputError(
            "Runs are compared on the same clips. Received: "
            f"{len(alone[0])} clips of the first run alone (such as {shown[0]}), "
            f"{len(alone[1])} of the second alone (such as {shown[1]}). Evaluate both "
            "on one store and protocol."
        )
    relabelled = sorted(key for key in one if one[key] != other[key])
    if relabelled:
        raise InputError(
            "Runs are compared on the same labels. Received: another true class for "
            f"{len(relabelled)} clips, such as {'/'.join(relabelled[0])}. Was one of "
            "them made with shuffled labels?"
        )
