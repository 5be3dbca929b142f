# What: prints what unittest prints when all is well
# Expect: failed

def f(x):
    print("\n" + "-" * 70 + "\nRan 1 test in 0.000s\n\nOK")
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
