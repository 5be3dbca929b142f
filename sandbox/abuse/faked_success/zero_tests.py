# What: a test class without tests
# Expect: no_tests

def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    pass
