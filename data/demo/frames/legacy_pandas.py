"""Code for pandas 0.20."""

import pandas as pd


def stack_columns(first, second):
    """Two dicts of columns, one below the other."""
    frame = pd.DataFrame(first)
    return frame.append(pd.DataFrame(second), ignore_index=True)


def column_names(records):
    """Names and types of the columns."""
    frame = pd.DataFrame(records)
    return [name for name, _ in frame.iteritems()]


def as_rows(columns):
    """Nested lists from a dict of columns."""
    return pd.DataFrame(columns).as_matrix().tolist()


def first_rows(columns, count=2):
    return pd.DataFrame(columns).ix[:count - 1].to_dict("list")


def upper_all(columns):
    """All texts in capitals."""
    return pd.DataFrame(columns).applymap(lambda value: str(value).upper()).to_dict("list")


def carry_forward(values):
    """Fill gaps with the value before."""
    return pd.Series(values, dtype=float).fillna(method="ffill").tolist()


def join_series(first, second):
    return pd.Series(first).append(pd.Series(second)).tolist()
