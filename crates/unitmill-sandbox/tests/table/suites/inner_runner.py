# Expect: passed

import unittest, io
def f(x): return x
class T(unittest.TestCase):
    def test_it(self):
        class Inner(unittest.TestCase):
            def test_a(self): self.assertEqual(f(1), 2)
            def runTest(self): pass
        r = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Inner).run(r)
        self.assertEqual(len(r.failures), 1)
        r2 = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.TestSuite([Inner("test_a")]))
        self.assertFalse(r2.wasSuccessful())
