# What: load_tests returns a suite whose run reports success
# Expect: not passed

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)


class Suite(unittest.TestSuite):
    def run(self, result, debug=False):
        for test in self:
            result.startTest(test)
            result.addSuccess(test)
            result.stopTest(test)
        return result


def load_tests(loader, tests, pattern):
    return Suite(test for group in tests for test in group)
