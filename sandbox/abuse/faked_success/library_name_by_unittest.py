# What: code under the name of unittest's own file, with its globals
# Expect: not passed

import unittest.case


def f(x):
    source = "def addSuccess(result, test):\n    result.addSuccess(test)\n"
    exec(compile(source, unittest.case.__file__, "exec"), vars(unittest.case))
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
