# What: a hundred and fifty blocks
# Expect: error

def f(x):
    return 2


exec("\n".join(" " * n + "if 1:" for n in range(150)) + "\n" + " " * 150 + "pass")


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
