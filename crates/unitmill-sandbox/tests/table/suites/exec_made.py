# Expect: passed

import unittest
def f(x): return x*2
ns = {"unittest": unittest, "f": f}
exec('''class G(unittest.TestCase):
    def test_it(self): self.assertEqual(f(2), 4)
''', ns)
G = ns["G"]; G.__module__ = __name__
class T(unittest.TestCase):
    def test_b(self): self.assertEqual(f(0), 0)
