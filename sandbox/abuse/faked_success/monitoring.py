# What: registers a monitoring callback
# Expect: not passed

import sys


def f(x):
    sys.monitoring.use_tool_id(3, "x")
    sys.monitoring.register_callback(3, sys.monitoring.events.LINE, lambda *a: None)
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
