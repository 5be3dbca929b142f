# Expect: passed

import unittest, dataclasses, enum, fractions, decimal, collections, datetime, pathlib, uuid, ipaddress
class V:
    def __init__(self, *a): self.a = a
    def __eq__(self, o): return isinstance(o, V) and self.a == o.a
    def __ne__(self, o): return not self == o
    def __repr__(self): return "V"
@dataclasses.dataclass(order=True)
class P:
    x: int
    y: list = dataclasses.field(default_factory=list)
class C(enum.Enum): A = 1
N = collections.namedtuple("N", "a b")
class L(list): pass
class D(dict):
    def __eq__(self, o): return dict.__eq__(self, o)
    def __ne__(self, o): return not self == o
def f(x): return [V(x), P(x, [V(2)]), C.A, N(1, V(3)), fractions.Fraction(1, 3), decimal.Decimal("1.1"), datetime.date(2020,1,1), pathlib.PurePosixPath("a"), L([V(1)]), D(a=V(1)), collections.OrderedDict(a=1), collections.Counter("aab"), uuid.UUID(int=5), ipaddress.ip_address("1.2.3.4")]
class T(unittest.TestCase):
    def test_it(self):
        for a, b in zip(f(1), f(1)): self.assertEqual(a, b)
        self.assertEqual(f(1), f(1)); self.assertListEqual(f(1), f(1)); self.assertNotEqual(f(1), f(2))
        self.assertCountEqual([V(1), V(2)], [V(2), V(1)])
        self.assertIn(V(1), f(1)); self.assertDictEqual(dict(D(a=V(1))), {"a": V(1)})
