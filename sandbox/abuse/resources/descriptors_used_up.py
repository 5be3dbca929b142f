# What: open files have a largest number
# Expect: passed

def f(x):
    a = []
    try:
        while True:
            a.append(open("/dev/null"))
    except OSError as error:
        return 2 if error.errno == 24 else error.errno


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
