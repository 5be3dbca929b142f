"""Linear algebra by hand and with numpy."""

import numpy as np
from fractions import Fraction
from functools import reduce
from numpy.linalg import LinAlgError, inv, lstsq


def determinant(matrix: list[list[int]]) -> Fraction:
    """Exact determinant by elimination.

    >>> determinant([[1, 2], [3, 4]])
    Fraction(-2, 1)
    >>> determinant([[2, 4], [1, 2]])
    Fraction(0, 1)
    """
    rows = [[Fraction(value) for value in row] for row in matrix]
    size = len(rows)
    result = Fraction(1)
    for col in range(size):
        pivot = next((r for r in range(col, size) if rows[r][col]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != col:
            rows[col], rows[pivot] = rows[pivot], rows[col]
            result = -result
        result *= rows[col][col]
        for r in range(col + 1, size):
            factor = rows[r][col] / rows[col][col]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[col])]
    return result


def fit_line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the line of least squares, rounded to nine digits."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    design = np.column_stack([x, np.ones_like(x)])
    solution = lstsq(design, y, rcond=None)[0]
    return round(float(solution[0]), 9), round(float(solution[1]), 9)


def is_invertible(matrix: np.ndarray) -> bool:
    """Whether a square matrix has an inverse."""
    try:
        inv(np.asarray(matrix, dtype=float))
    except LinAlgError:
        return False
    return True


def matrix_power(matrix: list[list[int]], exponent: int = 2) -> list[list[int]]:
    """Repeated multiplication of integer matrices."""
    def multiply(a, b):
        return [[sum(x * y for x, y in zip(row, col)) for col in zip(*b)] for row in a]

    identity = [[int(i == j) for j in range(len(matrix))] for i in range(len(matrix))]
    return reduce(multiply, [matrix] * exponent, identity)


def one_hot(labels: list[str]) -> np.ndarray:
    """A row per label and a column per distinct label in sorted order."""
    names, positions = np.unique(np.asarray(labels), return_inverse=True)
    return np.eye(len(names), dtype=int)[positions]


def spiral(size: int) -> np.ndarray:
    """A square of the numbers from 0, wound from the upper left corner inwards."""
    matrix = np.zeros((size, size), dtype=int)
    top, left, bottom, right = 0, 0, size - 1, size - 1
    number = 0
    while top <= bottom and left <= right:
        ring = (
            [(top, c) for c in range(left, right + 1)]
            + [(r, right) for r in range(top + 1, bottom + 1)]
            + [(bottom, c) for c in range(right - 1, left - 1, -1) if top < bottom]
            + [(r, left) for r in range(bottom - 1, top, -1) if left < right]
        )
        for place in ring:
            matrix[place] = number
            number += 1
        top, left, bottom, right = top + 1, left + 1, bottom - 1, right - 1
    return matrix
