# Expect: passed

import unittest, tempfile, os, shutil, io, contextlib, sys
log = []
def setUpModule(): log.append("m")
def tearDownModule(): log.append("tm")
def f(p):
    with open(p, "w") as h: h.write("x"*200000)
    print("big"*1000)
    return os.path.getsize(p)
class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.d = tempfile.mkdtemp(); cls.addClassCleanup(shutil.rmtree, cls.d)
    @classmethod
    def tearDownClass(cls): log.append("tc")
    def test_it(self): self.assertEqual(f(os.path.join(self.d, "a")), 200000); self.assertEqual(log, ["m"])
    def test_out(self):
        with contextlib.redirect_stdout(io.StringIO()) as o: print("a")
        self.assertEqual(o.getvalue(), "a\n")
    @unittest.mock.patch("sys.stdout", new_callable=io.StringIO) if hasattr(unittest, "mock") else (lambda f: f)
    def test_std(self, *a): print("x")
    @unittest.skipIf(True, "no")
    def test_sk(self): self.fail()
    @unittest.expectedFailure
    def test_xf(self): self.fail()
    def test_skip_inside(self): self.skipTest("later")
    def test_enter(self):
        self.enterContext(tempfile.TemporaryDirectory()) if hasattr(self, "enterContext") else None
