"""From the time when scipy re-exported half of numpy."""

import numpy as np
from scipy.integrate import simps
from scipy.misc import comb
import scipy.misc
import scipy.stats


def choose(n, k):
    """Ways to choose k of n."""
    return int(comb(n, k, exact=True))


def permutations_of(n):
    """Ways to order n things."""
    return int(scipy.misc.factorial(n, exact=True))


def area_under(ys, dx=1.0):
    """Area under equidistant values by Simpson's rule."""
    return float(simps(np.asarray(ys, dtype=float), dx=dx))


def coin_p_value(heads, flips):
    """Two-sided p-value for a fair coin."""
    return round(float(scipy.stats.binom_test(heads, flips, 0.5)), 9)
