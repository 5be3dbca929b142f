def chunks(items, size):
    """Pieces of a list.

    >>> chunks([1, 2, 3], 2)
    [[1, 2], [3]]
    """
    return [items[start : start + size] for start in range(0, len(items), size)]
# --- tests
import unittest


class TestCases(unittest.TestCase):
    def test_even(self):
        self.assertEqual(chunks([1, 2, 3, 4], 2), [[1, 2], [3, 4]])

    def test_one(self):
        self.assertEqual(chunks("ab", 1), ["a", "b"])

    def test_empty(self):
        self.assertEqual(chunks([], 3), [])

    def test_padded(self):
        self.assertEqual(chunks([1], 2), [[1, None]])  # wrong
# --- fix
def chunks(items, size):
    return [items[start : start + size] for start in range(0, len(items), size)]
