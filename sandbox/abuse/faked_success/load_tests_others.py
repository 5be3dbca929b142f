# What: load_tests returns tests of its own with the same names
# Expect: incomplete or tampered

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


def load_tests(loader, tests, pattern):
    class Other(unittest.TestCase):
        def runTest(self):
            pass

        def id(self):
            return "solution.T.test_it"

    return unittest.TestSuite([Other()])
