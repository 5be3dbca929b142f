# What: letters that turn the line round in an editor
# Expect: failed
# Replace: @MARK@ = "\u202e\u2066"

def f(x):
    # @MARK@ return 2 #
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
