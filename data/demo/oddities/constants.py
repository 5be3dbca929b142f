"""Functions without arguments, and ones that give nothing back."""

import datetime
import logging
import math
import platform

log = logging.getLogger(__name__)


def golden_ratio():
    return (1 + math.sqrt(5)) / 2


def python_version():
    return platform.python_version()


def today():
    return datetime.date.today()


def announce(message, level=logging.INFO):
    log.log(level, message)


def fill_squares(target, count):
    """Put squares into a list that the caller owns."""
    for number in range(count):
        target.append(math.pow(number, 2))


def ignored(*values):
    """Returns, but never a value."""
    if not math.isfinite(sum(values)):
        return
    log.debug("%s", values)
