def clamp(value, low, high):
    return max(low, min(high, value))
# --- tests
import unittest


class TestCases(unittest.TestCase):
    def test_inside(self):
        self.assertEqual(clamp(5, 0, 10), 5)

    def test_outside(self):
        self.assertEqual(clamp(-5, 0, 10), 0)

    def test_array(self):
        self.assertEqual(clamp(np.array([5]), 0, 10), 5)  # wrong

    def test_arguments(self):
        self.assertEqual(clamp(5), 5)  # wrong
# --- fix
def clamp(value, low=0, high=10):
    return max(low, min(high, value))
