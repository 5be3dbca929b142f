import math


def fläche(radius):
    """Fläche eines Kreises."""
    return math.pi * radius ** 2
