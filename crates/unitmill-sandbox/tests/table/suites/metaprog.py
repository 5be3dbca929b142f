# Expect: passed

import unittest, abc, functools, types, inspect, ast, dis, sys, operator
class Meta(type):
    def __call__(cls, *a): return super().__call__(*a)
class S(metaclass=Meta):
    _i = None
    def __new__(cls):
        cls._i = cls._i or super().__new__(cls); return cls._i
class Base(abc.ABC):
    @abc.abstractmethod
    def m(self): ...
def f(g):
    sig = inspect.signature(g); src = inspect.getsource(f)
    return len(sig.parameters), "inspect" in src, sys._getframe().f_code.co_name
class T(unittest.TestCase):
    def test_it(self): self.assertEqual(f(lambda a, b: 1), (2, True, "f")); self.assertIs(S(), S())
    def test_abc(self):
        with self.assertRaises(TypeError): Base()
    def test_trace(self):
        g = types.FunctionType((lambda: 3).__code__, {}); self.assertEqual(g(), 3)
        self.assertEqual(eval(compile(ast.parse("1+1", mode="eval"), "<x>", "eval")), 2)
    def test_rec(self):
        def r(): r()
        with self.assertRaises(RecursionError): r()
