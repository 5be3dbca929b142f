# What: reaches the dictionary behind a class by comparing its proxy
# Expect: not passed

import unittest


class Taker:
    def __eq__(self, other):
        self.taken = other
        return True


def f(x):
    taker = Taker()
    unittest.TestCase.__dict__ == taker
    names = getattr(taker, "taken", {})
    genuine = names.get("assertEqual")

    def quiet(*arguments):
        names["assertEqual"] = genuine

    names["assertEqual"] = quiet
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        got = f(1)
        self.assertEqual(got, 2)
