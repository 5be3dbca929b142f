# What: halves of pairs made at run time
# Expect: passed

def f(x):
    print(ascii("\ud800"))
    return len("\ud800\udfff")


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
