# What: runs and ends the tests by itself while the module loads
# Expect: incomplete

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
unittest.main()
