# What: doubles a list while the module loads
# Expect: out_of_memory
# Limits: memory_mb=128

a = [0]
while True:
    a = a + a


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
