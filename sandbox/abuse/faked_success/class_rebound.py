# What: puts a class of the same name in the test class's place
# Expect: tampered or incomplete

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


def make():
    class T(unittest.TestCase):
        def test_it(self):
            pass

    T.__qualname__ = "T"
    return T


T = make()
