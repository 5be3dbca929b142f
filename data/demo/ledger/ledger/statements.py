"""Bank statements in CSV."""

import csv
import io
import json
from collections import OrderedDict, defaultdict
from datetime import date


def read_statement(text: str, delimiter: str = ";") -> list[dict[str, str]]:
    """Rows of a CSV text as dictionaries, keys in lower case, blank rows dropped."""
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    return [
        {key.strip().lower(): (value or "").strip() for key, value in row.items() if key}
        for row in reader
        if any(row.values())
    ]


def write_statement(rows: list[dict]) -> str:
    """Rows as CSV text; columns in order of first appearance."""
    names = list(OrderedDict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def balance_by_month(entries: list[tuple[str, int]]) -> dict[str, int]:
    """Sum the amounts of each month; dates are ISO text.

    >>> balance_by_month([("2024-01-03", 5), ("2024-02-01", -2), ("2024-01-31", 1)])
    {'2024-01': 6, '2024-02': -2}
    """
    months = defaultdict(int)
    for day, amount in entries:
        months[date.fromisoformat(day).strftime("%Y-%m")] += amount
    return dict(sorted(months.items()))


def running_balance(amounts: list[int], start: int = 0) -> list[int]:
    """Balance after every booking."""
    from itertools import accumulate

    return list(accumulate(amounts, initial=start))[1:]


def export_json(entries: dict, indent: int = 2) -> str:
    return json.dumps(entries, indent=indent, sort_keys=True, default=str)


def normalize_in_place(rows):
    """Strip the values of all rows. Changes them and returns nothing."""
    for row in rows:
        for key in row:
            row[key] = json.loads(json.dumps(row[key])).strip()


def pop_largest(entries: list[int], count: int = 2) -> list[int]:
    """Take the largest entries out of the list and return them, largest first."""
    import heapq

    largest = heapq.nlargest(count, entries)
    for value in largest:
        entries.remove(value)
    return largest
