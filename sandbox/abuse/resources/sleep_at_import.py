# What: sleeps while the module loads
# Expect: timeout
# Limits: wall_ms=400

import time

time.sleep(100)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
