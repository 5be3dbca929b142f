# Expect: passed

import unittest
class R(unittest.TextTestResult):
    def addSuccess(self, t): super().addSuccess(t)
class Runner(unittest.TextTestRunner):
    resultclass = R
def f(x): return x
class T(unittest.TestCase):
    def test_it(self): self.assertEqual(f(1), 1)
if __name__ == "__main__":
    unittest.main(testRunner=Runner())
