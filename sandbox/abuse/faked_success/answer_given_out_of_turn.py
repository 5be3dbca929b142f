# What: answers in the judge's place, so that nobody looks when clearing up fails
# Expect: not passed

import sys
import time
import unittest


def constants(function):
    for value in function.__code__.co_consts:
        yield from value if isinstance(value, tuple) else (value,)


def own(name):
    methods = constants(unittest.TestCase._callTestMethod)
    report = [one for one in methods if getattr(one, "__name__", "") == "_report"][0]
    return [one for one in constants(report) if getattr(one, "__name__", "") == name][0]


class Quiet:
    def addFailure(self, test, error):
        time.sleep(0.05)
        own("acquire")()

    addError = addSubTest = addFailure


def f(x):
    test = sys._getframe(1).f_locals["self"]
    test._outcome.result = Quiet()
    own("acquire").__self__.release()
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.assertTrue(True)

    def tearDown(self):
        got = f(1)
        self.assertEqual(got, 2)
