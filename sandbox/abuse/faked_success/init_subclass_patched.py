# What: a hook for new test classes replaces their methods
# Expect: tampered

import unittest


def init(cls, **keywords):
    for name in list(vars(cls)):
        if name.startswith("assert") or name == "setUp":
            delattr(cls, name)
    cls.assertEqual = lambda *a, **k: None


unittest.TestCase.__init_subclass__ = classmethod(init)


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
