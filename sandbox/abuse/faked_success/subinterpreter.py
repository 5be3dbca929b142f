# What: looks at the harness from another interpreter in the process
# Expect: not passed

def f(x):
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        import _interpreters as interpreters
    number = interpreters.create()
    interpreters.run_string(number, "import sys; sys._current_frames()")
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
