"""Tests of hypotheses. Reports p-values rounded to six digits."""

import math

import numpy as np
from scipy import special, stats


def welch(first: list[float], second: list[float]) -> tuple[float, float]:
    """Statistic and p-value of Welch's t-test."""
    result = stats.ttest_ind(first, second, equal_var=False)
    return round(float(result.statistic), 6), round(float(result.pvalue), 6)


def chi_square(observed: list[int]) -> float:
    """p-value for the hypothesis that all categories are equally likely."""
    observed = np.asarray(observed, dtype=float)
    return round(float(stats.chisquare(observed).pvalue), 6)


def binomial_tail(successes: int, trials: int, p: float = 0.5) -> float:
    """Probability of at least so many successes.

    >>> binomial_tail(2, 2)
    0.25
    """
    if not 0 <= successes <= trials:
        raise ValueError("successes must lie between 0 and trials")
    return math.fsum(
        math.comb(trials, k) * p ** k * (1 - p) ** (trials - k)
        for k in range(successes, trials + 1)
    )


def normal_interval(mean: float, deviation: float, level: float = 0.95) -> tuple[float, float]:
    """The interval around the mean that holds a share of a normal distribution."""
    half = deviation * special.ndtri((1 + level) / 2)
    return round(float(mean - half), 6), round(float(mean + half), 6)


def permutation_p_value(first: list[float], second: list[float], rounds: int = 200, seed: int = 0) -> float:
    """Share of random relabellings with at least the observed difference of means."""
    rng = np.random.RandomState(seed)
    pooled = np.concatenate([first, second]).astype(float)
    observed = abs(np.mean(first) - np.mean(second))
    hits = 0
    for _ in range(rounds):
        rng.shuffle(pooled)
        hits += abs(pooled[:len(first)].mean() - pooled[len(first):].mean()) >= observed - 1e-12
    return float(hits / rounds)
