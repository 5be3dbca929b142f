# What: quit() as the last line
# Expect: incomplete

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
quit()
