# What: computes for ever while the module loads
# Expect: timeout
# Limits: cpu_ms=300

while True:
    pass


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
