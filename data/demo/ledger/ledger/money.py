"""An amount of money that knows its currency."""

from decimal import Decimal
import functools
import locale
import re

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
DIGITS = {"JPY": 0}


@functools.total_ordering
class Money:
    def __init__(self, amount, currency="EUR"):
        self.amount = Decimal(amount)
        self.currency = currency

    def __eq__(self, other):
        return (self.currency, self.amount) == (other.currency, other.amount)

    def __lt__(self, other):
        if self.currency != other.currency:
            raise TypeError("cannot compare currencies")
        return self.amount < other.amount

    def __add__(self, other):
        if self.currency != other.currency:
            raise TypeError("cannot add currencies")
        return Money(self.amount + other.amount, self.currency)


def parse_amount(text: str) -> Decimal:
    """Read an amount with either kind of decimal separator.

    >>> parse_amount("1.234,50 €")
    Decimal('1234.50')
    >>> parse_amount("$1,234.50")
    Decimal('1234.50')
    """
    digits = re.sub(r"[^\d,.\-]", "", text)
    last = max(digits.rfind(","), digits.rfind("."))
    if last == -1:
        return Decimal(digits)
    whole = re.sub(r"[,.]", "", digits[:last])
    return Decimal(f"{whole}.{digits[last + 1:]}")


def format_money(amount: float, currency: str = "EUR") -> str:
    """Amount with symbol and grouped thousands."""
    digits = DIGITS.get(currency, 2)
    quantum = Decimal(1).scaleb(-digits)
    value = Decimal(str(amount)).quantize(quantum)
    sign = "-" if value < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{abs(value):,}"


def total(amounts: list[str], currency: str = "EUR") -> str:
    """Sum of some amounts, as text."""
    money = functools.reduce(lambda a, b: a + b, (Money(a, currency) for a in amounts), Money(0, currency))
    return f"{money.amount} {money.currency}"


def wallet(amount: str, currency: str = "EUR") -> Money:
    """Put an amount into an object."""
    return Money(amount, currency)


def local_format(amount):
    """As the machine's locale has it."""
    locale.setlocale(locale.LC_ALL, "")
    return locale.format_string("%.2f", amount, grouping=True)
