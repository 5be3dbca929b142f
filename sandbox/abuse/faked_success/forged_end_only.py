# What: writes only the end, unsigned, to the channel
# Expect: tampered

import os


def f(x):
    os.write(3, b'{"end":true,"flags":[]}')
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
