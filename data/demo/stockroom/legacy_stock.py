import operator
import sys
import urllib


def total_value(stock):
    """Value of a stock of (count, price) pairs."""
    return reduce(operator.add, [count * price for count, price in stock], 0)


def by_count(stock):
    """Articles and counts, the most frequent ones first."""
    pairs = sorted(stock.iteritems())
    return sorted(pairs, key=operator.itemgetter(1), reverse=True)


def available(stock, names):
    """Those names that are in stock, ignoring case in their order."""
    return sorted((n for n in names if stock.has_key(n)), key=operator.methodcaller("lower"))


def query(params):
    """Parameters as the tail of an address."""
    return urllib.urlencode(sorted(params.items()))


def largest_count(counts):
    limit = -sys.maxint
    for count in counts:
        limit = max(limit, count)
    return limit
