# What: replaces the runner of an asynchronous test, so that asyncTearDown is never waited for
# Expect: not passed
# Python: 3.11+

import sys
import unittest


async def f(x):
    test = sys._getframe(1).f_locals["self"]
    genuine = test._asyncioRunner

    class Runner:
        def run(self, coroutine, **names):
            coroutine.close()

        def __getattr__(self, name):
            return getattr(genuine, name)

    test._asyncioRunner = Runner()
    return -1


class T(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.got = await f(1)

    async def asyncTearDown(self):
        self.assertEqual(self.got, 2)
