import numpy as np
from scipy import stats


def median_deviation(values: np.ndarray, scale: float = 1.4826) -> float:
    """Median of the distances from the median, scaled to fit a normal distribution."""
    values = np.asarray(values, dtype=float)
    return float(scale * np.median(np.abs(values - np.median(values))))


def trimmed_mean(values: np.ndarray, cut: float = 0.1) -> float:
    """Mean without the extremes on both sides."""
    return float(stats.trim_mean(np.asarray(values, dtype=float), cut))


def outliers(values: np.ndarray, limit: float = 3.5) -> list[int]:
    """Positions of the values that lie far from the median."""
    values = np.asarray(values, dtype=float)
    spread = median_deviation(values)
    if spread == 0:
        return []
    return np.flatnonzero(np.abs(values - np.median(values)) / spread > limit).tolist()


def winsorize(values: np.ndarray, low: float = 10, high: float = 90) -> np.ndarray:
    """Pull the values beyond two percentiles back to them."""
    values = np.asarray(values, dtype=float)
    return np.clip(values, *np.percentile(values, [low, high]))


def rank_correlation(x: list[float], y: list[float]) -> float:
    """Spearman's coefficient.

    >>> round(rank_correlation([1, 2, 3, 4], [10, 20, 30, 25]), 6)
    0.8
    """
    if len(x) != len(y) or len(x) < 2:
        raise ValueError("two samples of the same size, at least 2, are needed")
    return float(np.corrcoef(stats.rankdata(x), stats.rankdata(y))[0, 1])


def theil_sen_slope(x: np.ndarray, y: np.ndarray) -> float:
    """Median of the slopes between all pairs of points."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    i, j = np.triu_indices(len(x), k=1)
    dx = x[j] - x[i]
    slopes = (y[j] - y[i])[dx != 0] / dx[dx != 0]
    return float(np.median(slopes)) if slopes.size else 0.0
