"""Series over time."""

from __future__ import annotations

import pandas as pd


def month_ends(start: str, count: int = 3) -> list[str]:
    """ISO dates of the ends of some months.

    >>> month_ends("2024-01-15")
    ['2024-01-31', '2024-02-29', '2024-03-31']
    """
    first = pd.Period(start, freq="M")
    return [(first + i).end_time.strftime("%Y-%m-%d") for i in range(count)]


def daily_totals(stamps: list[str], amounts: list[float]) -> dict[str, float]:
    """Sum per day, days without an entry included as 0."""
    series = pd.Series(amounts, index=pd.to_datetime(stamps), dtype=float)
    days = series.resample("D").sum()
    return {day.strftime("%Y-%m-%d"): float(value) for day, value in days.items()}


def rolling_mean(values: list[float], window: int = 3) -> pd.Series:
    """Mean of the last values; fewer at the start."""
    return pd.Series(values, dtype=float).rolling(window, min_periods=1).mean()


def growth(series: pd.Series) -> pd.Series:
    """Relative change to the value before; the first one is 0."""
    return pd.Series(series, dtype=float).pct_change(fill_method=None).fillna(0.0)


def business_days_between(start: str, end: str) -> int:
    """Monday to Friday, both ends included."""
    return len(pd.bdate_range(start, end))


def gaps(days: list[str]) -> list[str]:
    """Days that are missing between the first and the last one."""
    present = pd.to_datetime(sorted(days))
    if len(present) == 0:
        return []
    missing = pd.date_range(present[0], present[-1], freq="D").difference(present)
    return missing.strftime("%Y-%m-%d").tolist()
