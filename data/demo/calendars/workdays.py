"""Days of work and days off."""

import calendar
from datetime import date, datetime, timedelta

WEEKEND = {5, 6}


def add_workdays(start: str, days: int) -> str:
    """ISO date after some working days.

    >>> add_workdays("2024-03-01", 1)
    '2024-03-04'
    """
    day = date.fromisoformat(start)
    step = timedelta(days=1 if days >= 0 else -1)
    left = abs(days)
    while left:
        day += step
        if day.weekday() not in WEEKEND:
            left -= 1
    return day.isoformat()


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar.

    >>> easter(2024).isoformat()
    '2024-03-31'
    """
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def month_grid(year: int, month: int) -> list[list[int]]:
    """Weeks of a month from Monday on, 0 for days of other months."""
    return calendar.Calendar(firstweekday=0).monthdayscalendar(year, month)


def nth_weekday(year: int, month: int, weekday: int, n: int = 1) -> str:
    """ISO date of the n-th weekday of a month; Monday is 0."""
    days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    if not 1 <= n <= len(days):
        raise ValueError(f"month {month} has no weekday number {n}")
    return date(year, month, days[n - 1]).isoformat()


def is_leap(year: int) -> bool:
    return calendar.isleap(year)


def age_on(birthday: date, day: date) -> int:
    """Full years between two dates."""
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def stamp_now(prefix="run"):
    """A name with the present moment in it."""
    return f"{prefix}-{datetime.now().isoformat()}"
