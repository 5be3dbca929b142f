# What: gives the running asynchronous test an asyncTearDown of its own
# Expect: not passed

import sys
import unittest


async def f(x):
    async def quiet():
        pass

    sys._getframe(1).f_locals["self"].asyncTearDown = quiet
    return -1


class T(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.got = await f(1)

    async def asyncTearDown(self):
        self.assertEqual(self.got, 2)
