# What: a text that doubles
# Expect: out_of_memory
# Limits: memory_mb=128

def f(x):
    text = "x"
    while True:
        text += text


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
