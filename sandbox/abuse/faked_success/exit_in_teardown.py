# What: a test that fails in tearDown ends the interpreter there
# Expect: incomplete

import os
import unittest


def f(x):
    return 2


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)

    @classmethod
    def tearDownClass(cls):
        os._exit(0)
