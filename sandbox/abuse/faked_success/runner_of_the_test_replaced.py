# What: a test gives the next one a runner that waits for nobody
# Expect: not passed

import unittest


class Runner:
    def get_loop(self):
        return None

    def run(self, coroutine, **names):
        coroutine.close()

    def close(self):
        pass


async def f(x):
    return 3


class T(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self._asyncioRunner = Runner()

    async def test_it(self):
        self.assertEqual(await f(1), 2)
