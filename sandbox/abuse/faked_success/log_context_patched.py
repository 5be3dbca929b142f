# What: what waits for log messages is content without any
# Expect: not passed

import unittest
import unittest._log
unittest._log._AssertLogsContext.__exit__ = lambda self, *a: True
def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.assertLogs("app", "WARNING"):
            self.assertEqual(f(1), 2)
