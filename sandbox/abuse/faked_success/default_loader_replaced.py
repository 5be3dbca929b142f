# What: another default loader, which finds nothing
# Expect: tampered or incomplete

import unittest
import unittest.loader


class Nothing(unittest.TestLoader):
    def loadTestsFromModule(self, module, *arguments, **names):
        return unittest.TestSuite()


unittest.defaultTestLoader = unittest.loader.defaultTestLoader = Nothing()


def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
