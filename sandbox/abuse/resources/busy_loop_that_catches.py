# What: computes for ever and catches everything
# Expect: timeout
# Limits: cpu_ms=300

def f(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
