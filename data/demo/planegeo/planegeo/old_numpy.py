"""Written for numpy 1.11 and never touched again."""

import numpy as np


def as_floats(values):
    """Convert to an array of floats."""
    return np.array(values, dtype=np.float)


def bucket(values, size=10):
    """Number of the bucket that each value falls into."""
    return np.floor(np.array(values) / size).astype(np.int)


def mask_between(values, low=0, high=10):
    values = np.asarray(values)
    return np.logical_and(values >= low, values <= high).astype(np.bool)


def volume(sizes):
    """Product of the edge lengths of a box."""
    return int(np.product(np.asarray(sizes)))


def any_negative(values):
    """Whether there is a value below zero."""
    return bool(np.sometrue(np.asarray(values) < 0))


def fill_missing(values, default=0.0):
    values = np.asfarray(values)
    return np.where(np.isnan(values), default, values)


def path_length(xs, ys):
    """Length of a polyline given by two lists of the same length."""
    return float(np.sum(np.hypot(np.diff(xs), np.diff(ys)))) if np.alltrue(np.isfinite(xs)) else np.NaN
