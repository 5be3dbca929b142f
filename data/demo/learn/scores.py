"""Scores of classifiers and regressions."""

import math

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, mean_absolute_error


def accuracy(actual: list[int], predicted: list[int]) -> float:
    """Share of right answers.

    >>> accuracy([1, 0, 1, 1], [1, 0, 0, 1])
    0.75
    """
    if len(actual) != len(predicted):
        raise ValueError("both lists must have the same length")
    return float(np.mean(np.asarray(actual) == np.asarray(predicted)))


def confusion(actual: list[str], predicted: list[str]) -> dict[str, list[int]]:
    """Rows of the confusion matrix by the actual label."""
    labels = sorted(set(actual) | set(predicted))
    matrix = confusion_matrix(actual, predicted, labels=labels)
    return {label: row.tolist() for label, row in zip(labels, matrix)}


def macro_f1(actual: list[int], predicted: list[int]) -> float:
    """Unweighted mean of the F1 scores of all labels."""
    return round(float(f1_score(actual, predicted, average="macro", zero_division=0)), 6)


def relative_error(actual: list[float], predicted: list[float]) -> float:
    """Mean absolute error as a fraction of the mean of the actual values."""
    scale = abs(sum(actual) / len(actual))
    if math.isclose(scale, 0.0):
        raise ZeroDivisionError("the actual values have mean 0")
    return float(mean_absolute_error(actual, predicted)) / scale


def softmax(scores: np.ndarray) -> np.ndarray:
    """Positive weights that sum to 1, without overflow."""
    scores = np.asarray(scores, dtype=float)
    shifted = np.exp(scores - scores.max())
    return shifted / shifted.sum()


def log_loss(labels, probabilities, eps=1e-12):
    """Cross entropy of labels 0 and 1."""
    total = 0.0
    for label, p in zip(labels, probabilities):
        p = min(max(p, eps), 1 - eps)
        total -= math.log(p if label else 1 - p)
    return total / len(labels)
