# What: ten megabytes of comments
# Expect: failed
# Replace: @LONG@ = "# padding padding padding padding\n" * 310000

def f(x):
    return 3


@LONG@


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
