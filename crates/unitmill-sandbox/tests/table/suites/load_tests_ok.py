# Expect: passed

import unittest, doctest, sys
def f(x):
    '''
    >>> f(1)
    2
    '''
    return x + 1
class T(unittest.TestCase):
    def test_it(self): self.assertEqual(f(1), 2)
def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(sys.modules[__name__]))
    return tests
