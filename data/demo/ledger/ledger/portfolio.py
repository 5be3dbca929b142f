"""Returns and risk, with numpy and scipy."""

import numpy as np
from scipy import optimize

TRADING_DAYS = 252


def simple_returns(prices: np.ndarray) -> np.ndarray:
    """Relative change from each price to the next."""
    prices = np.asarray(prices, dtype=float)
    return prices[1:] / prices[:-1] - 1


def max_drawdown(prices: list[float]) -> float:
    """Largest loss from a peak, as a fraction.

    >>> max_drawdown([100, 120, 90, 95, 130])
    0.25
    """
    prices = np.asarray(prices, dtype=float)
    peaks = np.maximum.accumulate(prices)
    return float(np.max(1 - prices / peaks))


def annual_volatility(prices: np.ndarray) -> float:
    """Standard deviation of the returns, scaled to a year."""
    returns = simple_returns(prices)
    if returns.size < 2:
        return 0.0
    return float(returns.std(ddof=1) * np.sqrt(TRADING_DAYS))


def weights_by_value(holdings: dict[str, float]) -> dict[str, float]:
    """Share of every position in the whole."""
    values = np.array(list(holdings.values()), dtype=float)
    shares = values / values.sum()
    return {name: round(float(share), 4) for name, share in zip(holdings, shares)}


def present_value(rate: float, cashflows: list[float]) -> float:
    """Value today of payments at the end of each year; the first one is due now."""
    years = np.arange(len(cashflows))
    return float(np.sum(np.asarray(cashflows, dtype=float) / (1 + rate) ** years))


def internal_rate(cashflows: list[float]) -> float:
    """The rate at which the payments are worth nothing, to six digits."""
    root = optimize.brentq(lambda rate: present_value(rate, cashflows), -0.99, 10.0)
    return round(float(root), 6)


def simulate_prices(start: float, days: int = 5, seed: int = 7) -> np.ndarray:
    """A random walk that is the same for the same seed."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, 0.01, size=days)
    return np.round(start * np.exp(np.cumsum(steps)), 6)


def noisy_forecast(prices):
    """Last price with some noise on it."""
    return float(prices[-1]) * (1 + np.random.default_rng().normal(0, 0.02))
