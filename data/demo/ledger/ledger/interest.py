"""Interest, annuities and the value of money over time."""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def compound(principal: float, rate: float, years: int, periods: int = 12) -> float:
    """Balance after some years of compound interest."""
    if periods < 1:
        raise ValueError("periods must be positive")
    return principal * math.pow(1 + rate / periods, periods * years)


def to_cents(amount: str) -> Decimal:
    """Round an amount half up to whole cents.

    >>> to_cents("2.675")
    Decimal('2.68')
    >>> to_cents("-0.005")
    Decimal('-0.01')
    """
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def monthly_payment(principal: float, annual_rate: float, months: int) -> float:
    """Constant payment that pays a loan off, rounded to cents."""
    if annual_rate == 0:
        return round(principal / months, 2)
    rate = annual_rate / 12
    return round(principal * rate / -math.expm1(-months * math.log1p(rate)), 2)


def amortization(principal: int, annual_rate: float, months: int) -> list[tuple[int, str, str]]:
    """Month, interest and remaining debt of a loan as a table of exact decimals."""
    rate = Decimal(str(annual_rate)) / 12
    payment = Decimal(str(monthly_payment(principal, annual_rate, months)))
    balance = Decimal(principal)
    table = []
    for month in range(1, months + 1):
        interest = (balance * rate).quantize(CENT, rounding=ROUND_HALF_EVEN)
        balance = max(balance + interest - payment, Decimal(0))
        table.append((month, str(interest), str(balance)))
    return table


def doubling_time(rate: float) -> float:
    """Years until an amount doubles."""
    if rate <= 0:
        raise ValueError(f"rate must be positive, not {rate}")
    return math.log(2) / math.log1p(rate)


def split_evenly(total: str, parts: int) -> list[Decimal]:
    """Split an amount into equal parts that still add up; the first ones get the cents left.

    >>> split_evenly("10.00", 3)
    [Decimal('3.34'), Decimal('3.33'), Decimal('3.33')]
    """
    cents = int(Decimal(total).scaleb(2).to_integral_value())
    share, left = divmod(cents, parts)
    return [Decimal(share + (i < left)).scaleb(-2) for i in range(parts)]
