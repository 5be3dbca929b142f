# What: runs the tests by itself while the module loads, and goes on
# Expect: failed or tampered

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
if f(1) == 3:
    unittest.main(module=__name__, exit=False, argv=["x"])
