# Expect: passed

import unittest, asyncio
async def f(x): await asyncio.sleep(0); return x
class T(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self): self.v = await f(2)
    async def test_it(self): self.assertEqual(await f(self.v), 2); self.addAsyncCleanup(f, 1)
    async def test_g(self): self.assertEqual(await asyncio.gather(f(1), f(2)), [1, 2])
    async def test_to(self):
        with self.assertRaises(asyncio.TimeoutError): await asyncio.wait_for(asyncio.sleep(5), .01)
    def test_sync(self): self.assertEqual(asyncio.run(f(1)) , 1)
class U(unittest.TestCase):
    def test_run(self): self.assertEqual(asyncio.run(f(3)), 3)
    def test_loop(self):
        loop = asyncio.new_event_loop(); self.addCleanup(loop.close); self.assertEqual(loop.run_until_complete(f(3)), 3)
