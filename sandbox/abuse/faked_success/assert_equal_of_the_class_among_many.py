# What: takes an assertion of the test class away again and fills the class until its table is new
# Expect: not passed

import unittest


def f(x):
    def quiet(*arguments, **names):
        del T.assertEqual
        for number in range(200):
            setattr(T, f"name_{number}", None)

    T.assertEqual = quiet
    return -1


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
