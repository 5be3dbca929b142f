# What: no text of the supervisor's in the inherited modules
# Expect: passed

import sys


def f(x):
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()) if hasattr(module, "__dict__") else ():
            if isinstance(value, (str, bytes)) and str(value).count("BEGIN PRIVATE KEY"):
                return name
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
