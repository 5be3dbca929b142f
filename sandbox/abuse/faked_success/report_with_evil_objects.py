# What: hands the judge objects whose comparison and hashing run code on its thread
# Expect: not passed

import sys


class Evil:
    def __eq__(self, other):
        return self.run()

    def __hash__(self):
        return self.run() or 0

    def __iter__(self):
        self.run()
        return iter(())

    def run(self):
        frame = sys._getframe()
        while frame is not None:
            for value in list(frame.f_locals.values()):
                for test in getattr(value, "tests", {}).values():
                    test.returned = test.succeeded = True
            frame = frame.f_back
        return True


def f(x):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if getattr(value, "__name__", "") in ("report", "_report") and callable(value):
                value("collected", (Evil(),))
                value("load_failed", (Evil(), Evil()))
                value("negative", (Evil(), Evil(), Evil(), Evil(), Evil()))
                value("compiled", (Evil(),))
        frame = frame.f_back
    return -1


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
