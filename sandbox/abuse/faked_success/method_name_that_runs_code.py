# What: gives the running test a method name whose hash is computed on the judge's thread and silences it
# Expect: tampered

import sys
import unittest


class Nothing(dict):
    def append(self, *arguments):
        pass

    __setitem__ = append


class Evil(str):
    def __hash__(self):
        frame = sys._getframe()
        while frame is not None:
            session = frame.f_locals.get("self")
            if type(session).__name__ == "Session":
                type(session)._note = lambda *arguments: None
                type(session)._negative = lambda *arguments: iter(())
                session.broken = Nothing()
            frame = frame.f_back
        return str.__hash__(self)


def f(x):
    sys._getframe(1).f_locals["self"]._testMethodName = Evil("test_it")
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.got = f(1)

    def tearDown(self):
        self._testMethodName = "test_it"
        got = self.got
        self.assertEqual(got, 2)
