"""Results and arguments that are more than numbers and texts."""

import functools
import io
import itertools
import json
from collections import OrderedDict, deque, namedtuple

import numpy as np
import pandas as pd

Span = namedtuple("Span", "start stop")


class Gauge:
    def __init__(self, name, limit):
        self.name = name
        self.limit = limit
        self.readings = []


def make_gauge(name: str, limit: int = 10, *readings: int) -> Gauge:
    """A gauge that already has readings below its limit."""
    gauge = Gauge(name, limit)
    gauge.readings = list(itertools.takewhile(lambda reading: reading < limit, readings))
    return gauge


def multiplier(factor: int):
    """A function that multiplies."""
    return functools.partial(lambda x, y: x * y, factor)


def compose(*functions):
    """One function that applies several, the last one first."""
    return functools.reduce(lambda f, g: lambda x: f(g(x)), functions, lambda x: x)


def rotate(items: list, steps: int):
    """Moves items to the right, in place."""
    if not items:
        return "nothing to move"
    ring = deque(items)
    ring.rotate(steps)
    items[:] = ring


def show_table(rows: list, columns: int) -> int:
    """Prints rows as a table; returns how many were cut."""
    cut = 0
    for row in itertools.islice(rows, 20):
        text = json.dumps(row)
        if len(text) > columns:
            text, cut = text[:columns], cut + 1
        print(text)
    return cut


def spans(flags: list) -> list:
    """Where runs of true flags begin and end."""
    found = []
    for value, group in itertools.groupby(enumerate(flags), key=lambda pair: bool(pair[1])):
        places = [place for place, _ in group]
        if value:
            found.append(Span(places[0], places[-1] + 1))
    return found


def read_records(path: str) -> OrderedDict:
    """Reads `key=value` lines of a file; comments and empty lines do not count."""
    records = OrderedDict()
    with io.open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            key, found, value = line.partition("=")
            if not found:
                raise ValueError(f"no value: {line}")
            records[key.strip()] = value.strip()
    return records


def clip_outliers(frame: pd.DataFrame, column: str, deviations: float = 2.0) -> pd.DataFrame:
    """A copy of a frame, a column of which is held within deviations of its mean."""
    if column not in frame.columns:
        raise KeyError(column)
    values = frame[column].astype(float)
    spread = values.std(ddof=0)
    if spread == 0:
        return frame.copy()
    low, high = values.mean() - deviations * spread, values.mean() + deviations * spread
    return frame.assign(**{column: values.clip(low, high)})


def apply_to_columns(matrix: np.ndarray, function) -> np.ndarray:
    """A function's value for each column."""
    matrix = np.asarray(matrix)
    if matrix.ndim != 2:
        raise ValueError("a matrix has two axes")
    return np.array([function(column) for column in matrix.T])
