# What: an event loop that does not run what it is given
# Expect: not passed

import asyncio
import unittest


def run(self, coroutine, **names):
    coroutine.close()


if hasattr(asyncio, "Runner"):
    asyncio.Runner.run = run
asyncio.BaseEventLoop.run_until_complete = run


async def f(x):
    return 3


class T(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.assertEqual(await f(1), 2)
