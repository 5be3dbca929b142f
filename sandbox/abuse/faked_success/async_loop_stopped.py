# What: an asynchronous test stops the loop that it runs in
# Expect: not passed

import asyncio
import unittest


async def f(x):
    asyncio.get_running_loop().stop()
    await asyncio.sleep(0.01)
    return 3


class T(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.assertEqual(await f(1), 2)
