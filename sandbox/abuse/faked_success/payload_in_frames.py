# What: changes the payload that a frame holds
# Expect: not passed

import sys
import unittest
def f(x):
    frame = sys._getframe()
    while frame:
        payload = frame.f_locals.get("payload")
        if isinstance(payload, dict):
            payload["kind"] = "observe"
            payload["entry"] = "json"
            payload["calls"] = []
        frame = frame.f_back
    return 3


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
