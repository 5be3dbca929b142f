"""Lines of logs."""

import collections
import re

LINE = re.compile(r"^(?P<time>\d\d:\d\d:\d\d) (?P<level>[A-Z]+) +(?P<message>.*)$")
LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"]


def parse_line(line: str):
    """Fields of a log line, None if it is none.

    >>> parse_line("10:00:01 INFO  started")
    {'time': '10:00:01', 'level': 'INFO', 'message': 'started'}
    >>> parse_line("stack trace") is None
    True
    """
    match = LINE.match(line)
    return match.groupdict() if match else None


def count_levels(lines: list[str]) -> dict[str, int]:
    """How many lines there are of each level, in the order of severity."""
    counts = collections.Counter(
        fields["level"] for fields in map(parse_line, lines) if fields is not None
    )
    return {level: counts[level] for level in LEVELS if counts[level]}


def join_continuations(lines: list[str]) -> list[str]:
    """Put lines that begin with a space to the line before."""
    joined = []
    for line in lines:
        if re.match(r"\s", line) and joined:
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
    return joined


def mask_addresses(text: str) -> str:
    """Hide the last part of IPv4 addresses and the names in mail addresses."""
    text = re.sub(r"\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b", r"\1.x", text)
    return re.sub(r"[\w.+-]+@([\w-]+\.[\w.]+)", r"***@\1", text)


def follow(path):
    """Yield new lines of a file for ever."""
    with open(path) as lines:
        while True:
            line = lines.readline()
            if line:
                yield re.sub(r"\s+$", "", line)


def tail(lines, count=3):
    return list(collections.deque(lines, maxlen=count))
