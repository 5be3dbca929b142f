import math

from ledger.interest import compound


def test_compound():
    assert math.isclose(compound(100, 0.12, 1, 1), 112)
