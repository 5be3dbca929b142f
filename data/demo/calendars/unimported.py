"""Most imports of this module got lost when it was split off."""

import datetime
import statistics


def days_in_year(year):
    """365 or 366."""
    return 366 if calendar.isleap(year) else 365


def angle_of_hands(hour, minute):
    """Angle between the hands of a clock, in radians."""
    difference = abs((hour % 12) * 30 + minute * 0.5 - minute * 6)
    return round(math.radians(min(difference, 360 - difference)), 9)


def group_by_month(days: list[str]) -> dict[str, list[str]]:
    """ISO dates by their month."""
    groups = defaultdict(list)
    for day in days:
        groups[datetime.date.fromisoformat(day).strftime("%Y-%m")].append(day)
    return dict(groups)


def mean_gap(days: list[int]) -> float:
    """Mean distance of neighbouring day numbers."""
    return statistics.fmean(np.diff(np.sort(np.asarray(days, dtype=float))).tolist())


def season(month):
    """Uses a table that was left behind."""
    return SEASONS[month % 12 // 3]
