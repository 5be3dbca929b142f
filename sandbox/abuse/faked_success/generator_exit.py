# What: GeneratorExit, which many handlers let through
# Expect: error

def f(x):
    raise GeneratorExit


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
