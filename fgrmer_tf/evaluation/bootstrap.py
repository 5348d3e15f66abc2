"""How far a score would move with other subjects: resampled people, not clips."""

import dataclasses

import numpy as np

from fgrmer_tf.evaluation.metrics import SCORES
from fgrmer_tf.evaluation.results import Predictions

RESAMPLES = 10_000
LEVEL = 0.95
_CHUNK = 500


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class SubjectCounts:
    """Confusion matrices of single subjects: all that a pooled score needs.

    Args:
        dataset: unicode `(subjects,)`; a subject is a `(data set, subject)` pair.
        subject: unicode `(subjects,)`, ordered by data set, then name.
        counts: int64 `(seeds, subjects, num_classes, num_classes)`, rows true.
    """

    dataset: np.ndarray
    subject: np.ndarray
    counts: np.ndarray

    def of(self, dataset: str) -> "SubjectCounts":
        """The subjects of one data set."""
        inside = self.dataset == dataset
        return SubjectCounts(
            dataset=self.dataset[inside],
            subject=self.subject[inside],
            counts=self.counts[:, inside],
        )


def subject_counts(predictions: Predictions) -> SubjectCounts:
    """Counts true and predicted classes of every subject under every seed."""
    keys = np.array([predictions.dataset, predictions.subject])
    people, person = np.unique(keys, axis=1, return_inverse=True)
    seeds, seed = np.unique(predictions.seed, return_inverse=True)
    classes = len(predictions.class_names)
    # One bin a cell of every subject's matrix, seeds outermost.
    place = (seed * people.shape[1] + person.reshape(-1)) * classes
    cells = (place + predictions.true) * classes + predictions.predicted
    shape = (len(seeds), people.shape[1], classes, classes)
    counts = np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape)
    return SubjectCounts(dataset=people[0], subject=people[1], counts=counts)


def draw_subjects(dataset: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """How often each subject is drawn: with replacement, within its data set.

    Every resample keeps the number of subjects of each data set, so that a composite
    score does not move because one of its data sets grew.

    Args:
        dataset: unicode `(subjects,)`.
        resamples: Number of draws, at least 1.
        seed: Decides the draws.

    Returns:
        int64 `(resamples, subjects)`.
    """
    random = np.random.default_rng(seed)
    times = np.zeros((resamples, len(dataset)), np.int64)
    for name in np.unique(dataset):
        inside = np.flatnonzero(dataset == name)
        even = np.full(len(inside), 1 / len(inside))
        times[:, inside] = random.multinomial(len(inside), even, size=resamples)
    return times


def resampled_scores(
    subjects: SubjectCounts, times: np.ndarray
) -> dict[str, np.ndarray]:
    """Scores of every resample, averaged over seeds as the headline is.

    Args:
        subjects: What was counted.
        times: int64 `(resamples, subjects)`, from `draw_subjects`.

    Returns:
        Each score of `metrics.SCORES`: float64 `(resamples,)`.
    """
    parts: dict[str, list[np.ndarray]] = {name: [] for name in SCORES}
    for start in range(0, len(times), _CHUNK):
        drawn = np.einsum(
            "rp,sptc->rstc", times[start : start + _CHUNK], subjects.counts
        )
        for name, score in SCORES.items():
            parts[name].append(score(drawn).mean(axis=1))
    return {name: np.concatenate(values) for name, values in parts.items()}


def interval(values: np.ndarray, level: float = LEVEL) -> list[float]:
    """The percentile interval `[low, high]` that holds `level` of `values`."""
    tail = (1 - level) / 2
    return [float(edge) for edge in np.quantile(values, [tail, 1 - tail])]


def bootstrap_intervals(
    predictions: Predictions, *, seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, dict]:
    """95 % intervals of pooled scores over resampled subjects.

    They say how the score depends on who was recorded. They do not contain the spread
    over seeds, which is reported beside them, and no choice of settings.

    Source:
        Percentile bootstrap, Efron and Tibshirani, "An Introduction to the Bootstrap",
        1993, chapter 13; clusters (subjects) are resampled whole because clips of one
        subject are not independent.

    Args:
        predictions: Pooled predictions of one or more seeds.
        seed: Decides the draws.
        resamples: Number of draws, at least 1.

    Returns:
        `{"full": {score: [low, high]}, "datasets": {name: {score: [low, high]}}}`. A
        single subject has no interval: the entry is empty.
    """
    subjects = subject_counts(predictions)
    return {
        "full": _intervals(subjects, seed, resamples),
        "datasets": {
            str(name): _intervals(subjects.of(name), seed, resamples)
            for name in np.unique(subjects.dataset)
        },
    }


def _intervals(
    subjects: SubjectCounts, seed: int, resamples: int
) -> dict[str, list[float]]:
    if len(subjects.subject) < 2:
        return {}
    times = draw_subjects(subjects.dataset, resamples, seed)
    drawn = resampled_scores(subjects, times)
    return {name: interval(values) for name, values in drawn.items()}
