# What: a text of a hundred megabytes in a literal
# Expect: passed or out_of_memory or timeout
# Limits: memory_mb=512

def f(x):
    return len(eval("'" + "x" * 100000000 + "'")) - 99999998


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
