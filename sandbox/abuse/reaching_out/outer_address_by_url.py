# What: asks for a page
# Expect: passed

import urllib.request


def f(x):
    try:
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
