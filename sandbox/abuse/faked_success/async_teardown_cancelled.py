# What: cancels the task of the test so that what asyncTearDown raises is another's
# Expect: not passed

import asyncio
import unittest


async def f(x):
    raise asyncio.CancelledError


class T(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.assertTrue(True)

    async def asyncTearDown(self):
        self.assertEqual(await f(1), 2)
