# Expect: passed

import unittest, re
def f(x):
    if x < 0: raise ValueError(f"negative: {x} [bad]")
    return "a1b2"
class T(unittest.TestCase):
    def test_it(self):
        self.assertRegex(f(1), r"a\d"); self.assertRegex(f(1), re.compile("A1", re.I)); self.assertNotRegex(f(1), "zz")
        with self.assertRaisesRegex(ValueError, r"negative: -\d+ \[bad\]"): f(-1)
        self.assertRaisesRegex(ValueError, re.compile("NEG", re.I), f, -2)
        with self.assertRaisesRegex(re.error, "unbalanced|missing"): re.compile("(")
    def test_warn(self):
        import warnings
        with self.assertWarnsRegex(UserWarning, "be.*ware"): warnings.warn("beaaware")
        with self.assertWarns(DeprecationWarning): warnings.warn("x", DeprecationWarning)
    def test_logs(self):
        import logging
        with self.assertLogs("a", "INFO") as c: logging.getLogger("a").info("hello %s", 1)
        self.assertEqual(c.output, ["INFO:a:hello 1"])
        with self.assertLogs() as c: logging.warning("x")
        with self.assertRaises(AssertionError):
            with self.assertLogs("b"): pass
