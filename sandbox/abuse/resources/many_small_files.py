# What: files have a largest number
# Expect: passed

def f(x):
    try:
        for n in range(1000000):
            open(f"a{n}", "w").close()
    except OSError as error:
        return 2 if error.errno == 28 else error.errno


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
