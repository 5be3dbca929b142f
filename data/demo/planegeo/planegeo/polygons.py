"""Polygons as lists of corners."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice


@dataclass(frozen=True)
class Box:
    """An axis-parallel rectangle."""

    left: float
    bottom: float
    right: float
    top: float

    def contains(self, x, y):
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    def overlaps(self, other):
        return not (
            self.right < other.left
            or other.right < self.left
            or self.top < other.bottom
            or other.top < self.bottom
        )


def edges(points):
    """Corner pairs, the closing edge included."""
    return list(zip(points, islice(cycle(points), 1, None)))


def signed_area(points: list[tuple[int, int]]) -> Fraction:
    """Area by the shoelace formula, exact; positive when counter-clockwise."""
    doubled = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in edges(points))
    return Fraction(doubled, 2)


def is_convex(points: list[tuple[int, int]]) -> bool:
    """Whether a polygon turns the same way at every corner.

    >>> is_convex([(0, 0), (2, 0), (2, 2), (0, 2)])
    True
    >>> is_convex([(0, 0), (4, 0), (1, 1), (0, 4)])
    False
    """
    turns = set()
    ring = list(islice(cycle(points), len(points) + 2))
    for (ax, ay), (bx, by), (cx, cy) in zip(ring, ring[1:], ring[2:]):
        cross = (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
        if cross:
            turns.add(cross > 0)
    return len(turns) <= 1


def bounding_box(points: list[tuple[float, float]]) -> Box:
    """The smallest box around some points."""
    xs, ys = zip(*points)
    return Box(min(xs), min(ys), max(xs), max(ys))


def inside(points, x, y):
    """Whether a point lies inside a polygon, by counting crossings of a ray."""
    crossings = 0
    for (x1, y1), (x2, y2) in edges(points):
        if (y1 > y) != (y2 > y):
            at = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
            if x < at:
                crossings += 1
    return crossings % 2 == 1
