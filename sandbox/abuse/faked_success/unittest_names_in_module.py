# What: assertions bound in the module by another name
# Expect: not passed

import unittest
_real = unittest.TestCase.assertEqual
def f(x):
    import inspect
    for fr in inspect.stack():
        s = fr.frame.f_locals.get("self")
        if isinstance(s, unittest.TestCase):
            s.__dict__["assertEqual"] = lambda *a: None
            s.addCleanup(s.__dict__.pop, "assertEqual")
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
