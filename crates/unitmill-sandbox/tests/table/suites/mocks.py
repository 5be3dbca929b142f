# Expect: passed

import unittest
from unittest import mock
from unittest.mock import patch, MagicMock, call, ANY, sentinel, mock_open
import os, time
def f(path, cb):
    with open(path) as h: cb(h.read())
    time.sleep(10)
    return os.path.exists(path)
class T(unittest.TestCase):
    def test_it(self):
        cb = MagicMock()
        with patch("builtins.open", mock_open(read_data="abc")) as o, patch("time.sleep") as s, patch("os.path.exists", return_value=True):
            self.assertTrue(f("x", cb))
        cb.assert_called_once_with("abc"); s.assert_called_with(ANY)
        self.assertEqual(cb.mock_calls, [call("abc")])
        self.assertEqual(cb.call_args, call("abc"))
        self.assertEqual(cb.call_count, 1)
        o.assert_called_once_with("x")
    @patch.object(os, "getcwd", return_value="/a")
    @patch.dict(os.environ, {"K": "v"})
    def test_two(self, g):
        self.assertEqual(os.getcwd(), "/a"); self.assertEqual(os.environ["K"], "v")
        g.assert_called_once(); g.reset_mock(); g.assert_not_called()
    def test_spec(self):
        class A:
            def m(self, x): return x
        a = mock.create_autospec(A, instance=True); a.m.return_value = 3
        self.assertEqual(a.m(1), 3)
        m = mock.Mock(spec=A); m.m.side_effect = ValueError
        with self.assertRaises(ValueError): m.m(1)
        self.assertEqual(m.m.mock_calls, [call(1)])
        mm = MagicMock(); mm.__eq__.return_value = False; mm.__len__.return_value = 4
        self.assertEqual(len(mm), 4)
        self.assertEqual({"a": mm.x}, {"a": mm.x})
        self.assertIs(sentinel.a, sentinel.a)
    def setUp(self):
        p = patch("time.time", return_value=5.0); self.t = p.start(); self.addCleanup(p.stop)
    def test_started(self):
        self.assertEqual(time.time(), 5.0); self.t.assert_called_with()
class TA(unittest.IsolatedAsyncioTestCase):
    async def test_async(self):
        m = mock.AsyncMock(return_value=3)
        self.assertEqual(await m(1), 3); m.assert_awaited_once_with(1)
