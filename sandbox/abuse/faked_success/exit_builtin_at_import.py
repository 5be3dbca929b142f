# What: exit() at import
# Expect: incomplete

exit()


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
