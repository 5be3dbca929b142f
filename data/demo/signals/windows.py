"""Windows and framing."""

import numpy as np


def hann(size: int) -> np.ndarray:
    """Symmetric Hann window."""
    if size < 1:
        raise ValueError("size must be positive")
    if size == 1:
        return np.ones(1)
    n = np.arange(size)
    return 0.5 - 0.5 * np.cos(2 * np.pi * n / (size - 1))


def frame(signal: np.ndarray, size: int = 4, hop: int = 2) -> np.ndarray:
    """Cut a signal into overlapping frames, one per row; what is left over is dropped."""
    signal = np.asarray(signal)
    count = max(0, 1 + (len(signal) - size) // hop)
    starts = hop * np.arange(count)
    return signal[starts[:, None] + np.arange(size)]


def overlap_add(frames: np.ndarray, hop: int = 2) -> np.ndarray:
    """Put frames together again by adding where they overlap."""
    frames = np.atleast_2d(np.asarray(frames, dtype=float))
    count, size = frames.shape
    signal = np.zeros(hop * (count - 1) + size)
    for i, row in enumerate(frames):
        signal[i * hop:i * hop + size] += row
    return signal


def root_mean_square(signal: np.ndarray) -> float:
    """Effective value of a signal.

    >>> root_mean_square([3, -3, 3, -3])
    3.0
    """
    return float(np.sqrt(np.mean(np.square(np.asarray(signal, dtype=float)))))


def zero_crossings(signal: np.ndarray) -> int:
    """How often the sign changes; zeros count as positive."""
    signs = np.signbit(np.asarray(signal))
    return int(np.count_nonzero(signs[1:] != signs[:-1]))


def normalize_peak(signal: np.ndarray, peak: float = 1.0) -> np.ndarray:
    """Scale a signal so that its largest magnitude is `peak`; silence stays silence."""
    signal = np.asarray(signal, dtype=float)
    loudest = np.abs(signal).max(initial=0.0)
    return signal if loudest == 0 else signal * (peak / loudest)


def exponential_smoothing(values, alpha=0.5):
    smoothed = np.empty(len(values))
    level = values[0]
    for i, value in enumerate(values):
        level = alpha * value + (1 - alpha) * level
        smoothed[i] = level
    return smoothed
