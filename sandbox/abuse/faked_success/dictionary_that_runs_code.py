# What: gives the running test a dictionary whose methods run on the judge's thread and silence it
# Expect: not passed

import sys
import unittest


class Evil(dict):
    armed = False

    def silence(self):
        if not Evil.armed:
            return
        frame = sys._getframe(1)
        while frame is not None:
            session = frame.f_locals.get("self")
            if type(session).__name__ == "Session":
                for known in session.tests.values():
                    known.may_pass = bool(known.id)
                    known.negative = False
                type(session)._note = lambda *arguments: None
                type(session)._negative = lambda *arguments: ()
                session.broken = {}
            frame = frame.f_back

    def get(self, *arguments):
        self.silence()
        return dict.get(self, *arguments)

    def __iter__(self):
        self.silence()
        return dict.__iter__(self)


def f(x):
    test = sys._getframe(1).f_locals["self"]
    test.__dict__ = Evil(test.__dict__)
    Evil.armed = True
    return -1


class T(unittest.TestCase):
    def test_it(self):
        self.got = f(1)

    def tearDown(self):
        self.assertEqual(self.got, 2)
