# What: a large power
# Expect: timeout
# Limits: cpu_ms=300

def f(x):
    return len(str(9**9**9))


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
