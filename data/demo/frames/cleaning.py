"""Cleaning tables."""

import re

import numpy as np
import pandas as pd


def tidy_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Column names in lower case with underscores; a copy."""
    names = [re.sub(r"\W+", "_", str(name).strip().lower()).strip("_") for name in frame.columns]
    return frame.set_axis(names, axis=1)


def fill_with_median(frame: pd.DataFrame) -> pd.DataFrame:
    """Replace what is missing in numeric columns by the column's median."""
    result = frame.copy()
    numeric = result.select_dtypes("number").columns
    result[numeric] = result[numeric].fillna(result[numeric].median())
    return result


def drop_sparse(frame: pd.DataFrame, share: float = 0.5) -> pd.DataFrame:
    """Drop the columns in which more than a share is missing."""
    return frame.loc[:, frame.isna().mean() <= share]


def parse_numbers(texts: list[str]) -> list[float]:
    """Numbers from texts; what is none becomes -1.

    >>> parse_numbers(["1.5", "n/a", " 2 "])
    [1.5, -1.0, 2.0]
    """
    return pd.to_numeric(pd.Series(texts), errors="coerce").fillna(-1.0).tolist()


def clip_outliers(series: pd.Series, factor: float = 1.5) -> pd.Series:
    """Pull values beyond the whiskers of a box plot back to them."""
    first, third = series.quantile(0.25), series.quantile(0.75)
    reach = factor * (third - first)
    return series.clip(first - reach, third + reach)


def duplicates_report(values: list[str]) -> dict[str, int]:
    """How often each repeated value occurs."""
    counts = pd.Series(values, dtype=object).value_counts()
    return {str(key): int(n) for key, n in sorted(counts[counts > 1].items())}


def bin_ages(ages: list[int]) -> list[str]:
    labels = ["child", "adult", "senior"]
    groups = pd.cut(ages, bins=[-1, 17, 64, 200], labels=labels)
    return [str(group) for group in groups]


def standardize(frame: pd.DataFrame) -> pd.DataFrame:
    """Numeric columns with mean 0 and deviation 1; constant ones become 0."""
    numeric = frame.select_dtypes("number")
    deviation = numeric.std(ddof=0).replace(0, np.nan)
    return ((numeric - numeric.mean()) / deviation).fillna(0.0)
