"""Points, lines and circles in the plane, without numpy."""

import math
from math import atan2, degrees, hypot

EPSILON = 1e-9


def distance(p: tuple[float, float], q: tuple[float, float]) -> float:
    """Euclidean distance of two points.

    >>> distance((0, 0), (3, 4))
    5.0
    """
    return hypot(p[0] - q[0], p[1] - q[1])


def bearing(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Direction from start to end in degrees, 0 to 360, counted from the x axis."""
    return degrees(atan2(end[1] - start[1], end[0] - start[0])) % 360


def circle_area(radius: float) -> float:
    """Area of a circle.

    Raises ValueError for a negative radius.
    """
    if radius < 0:
        raise ValueError("radius must not be negative")
    return math.pi * radius ** 2


def line_intersection(a, b, c, d):
    """Where the line through a and b meets the line through c and d; None if parallel."""
    dx1, dy1 = b[0] - a[0], b[1] - a[1]
    dx2, dy2 = d[0] - c[0], d[1] - c[1]
    cross = dx1 * dy2 - dy1 * dx2
    if math.isclose(cross, 0.0, abs_tol=EPSILON):
        return None
    t = ((c[0] - a[0]) * dy2 - (c[1] - a[1]) * dx2) / cross
    return (a[0] + t * dx1, a[1] + t * dy1)


def triangle_kind(a: float, b: float, c: float) -> str:
    """Name the kind of a triangle by its sides."""
    short, middle, long = sorted((a, b, c))
    if short <= 0 or short + middle <= long:
        return "impossible"
    if math.isclose(short, long):
        return "equilateral"
    if math.isclose(short, middle) or math.isclose(middle, long):
        return "isosceles"
    return "scalene"


def heron(a: float, b: float, c: float) -> float:
    """Area of a triangle from the lengths of its sides.

    >>> heron(3, 4, 5)
    6.0
    """
    s = (a + b + c) / 2
    product = s * (s - a) * (s - b) * (s - c)
    if product < 0:
        raise ValueError("no such triangle")
    return math.sqrt(product)


def clamp(value, low, high):
    """Keep a value between two bounds."""
    return max(low, min(high, value))


def regular_polygon(sides: int, radius: float = 1.0) -> list[tuple[float, float]]:
    """Corners of a regular polygon around the origin, rounded to six digits."""
    if sides < 3:
        raise ValueError("a polygon has at least three sides")
    step = 2 * math.pi / sides
    return [
        (round(radius * math.cos(i * step), 6) + 0.0, round(radius * math.sin(i * step), 6) + 0.0)
        for i in range(sides)
    ]
