import re
from datetime import datetime, timedelta, timezone

UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
STAMP = "%Y-%m-%dT%H:%M:%S%z"


def parse_duration(text: str) -> int:
    """Seconds of a text such as `1h30m`.

    >>> parse_duration("1h30m")
    5400
    >>> parse_duration("2d 5s")
    172805
    """
    compact = re.sub(r"\s+", "", text.lower())
    if not re.fullmatch(r"(\d+[wdhms])+", compact):
        raise ValueError(f"not a duration: {text!r}")
    return sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([wdhms])", compact))


def format_duration(seconds: int) -> str:
    """The shortest text that `parse_duration` reads back."""
    if seconds < 0:
        raise ValueError("negative duration")
    days, rest = divmod(timedelta(seconds=seconds), timedelta(days=1))
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (rest.seconds, "s")]
    return "".join(f"{n}{unit}" for n, unit in parts if n) or "0s"


def to_utc(stamp: str) -> str:
    """The same moment in UTC."""
    return datetime.strptime(stamp, STAMP).astimezone(timezone.utc).strftime(STAMP)


def overlap_minutes(first: tuple[str, str], second: tuple[str, str]) -> int:
    """Minutes that two spans of clock times have in common."""
    def minutes(text):
        moment = datetime.strptime(text, "%H:%M")
        return moment.hour * 60 + moment.minute

    start = max(minutes(first[0]), minutes(second[0]))
    end = min(minutes(first[1]), minutes(second[1]))
    return max(0, end - start)


def from_timestamp(seconds: int) -> str:
    """ISO text of a UNIX time, in UTC."""
    return datetime.fromtimestamp(seconds, tz=timezone.utc).isoformat()


def quarter(day: datetime) -> str:
    """Year and quarter of a date."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def merge_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch or overlap."""
    merged = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
