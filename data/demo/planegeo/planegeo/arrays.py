"""The same with numpy, for many points at once."""

import numpy as np


def rotation_matrix(angle: float) -> np.ndarray:
    """The 2 x 2 matrix that rotates by an angle in radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s], [s, c]])


def rotate(points: np.ndarray, angle: float) -> np.ndarray:
    """Rotate an (n, 2) array of points around the origin."""
    return np.asarray(points, dtype=float) @ rotation_matrix(angle).T


def centroid(points: np.ndarray) -> np.ndarray:
    """Mean of the points, one coordinate per column.

    >>> centroid([[0, 0], [2, 0], [1, 3]]).tolist()
    [1.0, 1.0]
    """
    return np.mean(np.asarray(points, dtype=float), axis=0)


def pairwise_distances(points: np.ndarray) -> np.ndarray:
    """Square matrix of the distances between all points."""
    points = np.asarray(points, dtype=float)
    difference = points[:, None, :] - points[None, :, :]
    return np.sqrt((difference ** 2).sum(axis=-1))


def normalize_rows(matrix: np.ndarray) -> np.ndarray:
    """Scale every row to length one; rows of zeros stay."""
    matrix = np.asarray(matrix, dtype=float)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)


def turning_angles(path):
    steps = np.diff(np.asarray(path, dtype=float), axis=0)
    headings = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    return np.degrees(np.diff(headings))


def grid(width: int, height: int, step: int = 1) -> np.ndarray:
    """All points of a grid, row by row, as an (n, 2) array."""
    xs, ys = np.meshgrid(np.arange(0, width, step), np.arange(0, height, step))
    return np.column_stack([xs.ravel(), ys.ravel()])
