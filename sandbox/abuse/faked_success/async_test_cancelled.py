# What: an asynchronous test cancels itself
# Expect: not passed

import asyncio
import unittest


async def f(x):
    asyncio.current_task().cancel()
    await asyncio.sleep(0)


class T(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.assertEqual(await f(1), 2)
