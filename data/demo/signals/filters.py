"""Filters, mostly from scipy."""

import numpy as np
from scipy import ndimage, signal
from scipy.interpolate import interp1d


def moving_average(values: np.ndarray, window: int = 3) -> np.ndarray:
    """Mean over a sliding window; the result is shorter by window - 1."""
    kernel = np.ones(window) / window
    return np.convolve(np.asarray(values, dtype=float), kernel, mode="valid")


def lowpass(values: np.ndarray, cutoff: float = 0.2, order: int = 2) -> np.ndarray:
    """Butterworth low-pass without phase shift; cutoff as a fraction of half the sampling rate."""
    b, a = signal.butter(order, cutoff)
    return np.round(signal.filtfilt(b, a, np.asarray(values, dtype=float), method="gust"), 6)


def find_peaks(values: list[float], height: float = 0.0) -> list[int]:
    """Positions of the local maxima of at least a height.

    >>> find_peaks([0, 2, 0, 1, 0, 3, 0], height=1.5)
    [1, 5]
    """
    positions, _ = signal.find_peaks(np.asarray(values, dtype=float), height=height)
    return positions.tolist()


def remove_trend(values: np.ndarray) -> np.ndarray:
    """Subtract the straight line that fits best."""
    return np.round(signal.detrend(np.asarray(values, dtype=float)), 9) + 0.0


def median_smooth(values: np.ndarray, size: int = 3) -> np.ndarray:
    """Median over a sliding window; the ends are repeated."""
    return ndimage.median_filter(np.asarray(values, dtype=float), size=size, mode="nearest")


def resample_linear(values: np.ndarray, count: int = 5) -> np.ndarray:
    """The same curve on another number of equidistant points."""
    values = np.asarray(values, dtype=float)
    curve = interp1d(np.linspace(0, 1, len(values)), values)
    return curve(np.linspace(0, 1, count))


def label_runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Start and end of every run of true values."""
    labels, count = ndimage.label(np.asarray(mask, dtype=bool))
    return [(int(s[0].start), int(s[0].stop)) for s in ndimage.find_objects(labels, count)]
