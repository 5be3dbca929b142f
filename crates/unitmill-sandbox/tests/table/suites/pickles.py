# Expect: passed

import unittest, pickle, copy, dataclasses, functools
@dataclasses.dataclass
class P: x: int
class E(Exception):
    def __init__(self, a, b): super().__init__(a, b)
def f(x): return pickle.loads(pickle.dumps(P(x)))
class T(unittest.TestCase):
    def test_it(self): self.assertEqual(f(1), P(1)); self.assertEqual(copy.deepcopy(P(2)), P(2))
    def test_e(self):
        e = pickle.loads(pickle.dumps(E(1,2))); self.assertEqual(e.args, (1,2))
