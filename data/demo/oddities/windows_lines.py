"""Line ends of another system."""

import re


def count_fields(line: str, separator: str = ",") -> int:
    """Fields of a line; separators inside quotes do not count.

    >>> count_fields('a,"b,c",d')
    3
    """
    unquoted = re.sub(r'"[^"]*"', "", line)
    return unquoted.count(separator) + 1
