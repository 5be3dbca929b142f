# What: asks the garbage collector and forgives its refusal
# Expect: tampered

import gc


def f(x):
    try:
        gc.get_referrers(f)
    except Exception:
        pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
