"""Standardisation and balanced logistic regression, as the weights of one layer."""

import dataclasses

import numpy as np

UNSEEN = float(np.log(np.finfo(np.float32).tiny))
"""Logit of a class that no training clip has."""
_ITERATIONS = 10_000
_TOLERANCE = 1e-6


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class LinearWeights:
    """A linear model of standardised values.

    Args:
        mean: float64 `(features,)`.
        scale: float64 `(features,)`; 0 where the training clips do not vary.
        kernel: float64 `(features, num_classes)`.
        bias: float64 `(num_classes,)`.
    """

    mean: np.ndarray
    scale: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray

    def logits(self, values: np.ndarray) -> np.ndarray:
        """float64 `(clips, num_classes)` of `values`, `(clips, features)`."""
        return (values - self.mean) * self.scale @ self.kernel + self.bias


def standardise(values: np.ndarray, num_classes: int) -> LinearWeights:
    """Mean and scale of the given clips, and a model that says nothing yet.

    The scale is one over deviation and root of the number of features, so that a
    strength means the same for maps of any size.

    Args:
        values: float64 `(clips, features)`, of training clips alone.
        num_classes: At least 2.
    """
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    # A feature that never varies among the training clips says nothing.
    scale = np.zeros_like(deviation)
    np.divide(1, deviation, out=scale, where=deviation > 0)
    scale /= np.sqrt(values.shape[1])
    kernel = np.zeros((values.shape[1], num_classes))
    return LinearWeights(
        mean=mean, scale=scale, kernel=kernel, bias=np.zeros(num_classes)
    )


def fit_linear(
    values: np.ndarray, label: np.ndarray, num_classes: int, strength: float
) -> LinearWeights:
    """Balanced logistic regression on standardised values.

    Fitted in the span of the clips: a penalty on the squared length of the weights does
    not change under rotation, and no weight leaves that span. So there are as many
    coordinates as clips, in place of thousands of values. Nothing is drawn.

    Args:
        values: float64 `(clips, features)`, of training clips alone.
        label: int64 `(clips,)`, in [0, num_classes).
        num_classes: At least 2.
        strength: Weight of the squared length of the coefficients, above 0.

    Returns:
        The model. A class without a clip has the logit `UNSEEN`; where all clips are of
        one class, or no value varies, the kernel is zero.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    start = standardise(values, num_classes)
    seen = np.unique(label)
    kernel, bias = start.kernel, np.full(num_classes, UNSEEN)
    bias[seen] = 0.0
    clips = (values - start.mean) * start.scale
    # One thread: the sums are then the same on every machine, and matrices of a few
    # hundred rows gain nothing from more.
    with threadpool_limits(limits=1):
        squares, basis = np.linalg.eigh(clips @ clips.T)
        kept = squares > squares[-1] * len(clips) * np.finfo(clips.dtype).eps
        if kept.any() and len(seen) > 1:
            length, basis = np.sqrt(squares[kept]), basis[:, kept]
            model = LogisticRegression(
                C=1 / strength,
                class_weight="balanced",
                max_iter=_ITERATIONS,
                tol=_TOLERANCE,
            )
            model.fit(basis * length, label)
            coefficients, intercepts = model.coef_, model.intercept_
            if len(seen) == 2:  # scikit-learn scores the second alone.
                coefficients = np.concatenate(
                    [np.zeros_like(coefficients), coefficients]
                )
                intercepts = np.concatenate([np.zeros(1), intercepts])
            kernel[:, seen] = clips.T @ (basis / length) @ coefficients.T
            bias[seen] = intercepts
    return dataclasses.replace(start, kernel=kernel, bias=bias)
