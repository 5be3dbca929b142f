# What: a file has a largest size
# Expect: passed

def f(x):
    try:
        with open("a", "wb") as file:
            file.truncate(1 << 40)
    except OSError as error:
        return 2 if error.errno == 27 else error.errno


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
