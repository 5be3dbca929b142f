# What: a descriptor changes the class when it is made
# Expect: not passed

import unittest
class Hook:
    def __set_name__(self, owner, name):
        owner.assertEqual = lambda *a, **k: None
def f(x):
    return 3
real = __build_class__ = __builtins__["__build_class__"] if isinstance(__builtins__, dict) else __builtins__.__build_class__
import builtins
def build(func, name, *bases, **k):
    c = real(func, name, *bases, **k)
    if name == "T":
        h = Hook(); h.__set_name__(c, "h")
    return c
builtins.__build_class__ = build


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
