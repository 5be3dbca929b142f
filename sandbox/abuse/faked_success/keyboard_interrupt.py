# What: KeyboardInterrupt in a test ends all of them
# Expect: incomplete

def f(x):
    raise KeyboardInterrupt


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
