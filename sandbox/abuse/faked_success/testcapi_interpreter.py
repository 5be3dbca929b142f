# What: the same by the module of the interpreter's own tests
# Expect: not passed

def f(x):
    import _testcapi

    _testcapi.run_in_subinterp("import sys; print(sys._current_frames())")
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
