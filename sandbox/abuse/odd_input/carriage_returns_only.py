# What: lines that end with a carriage return
# Expect: passed
# Replace: @CR@ = "\r"

def f(x):@CR@    return 2@CR@


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
