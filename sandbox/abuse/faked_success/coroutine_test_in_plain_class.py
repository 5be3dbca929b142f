# What: an asynchronous test in a class that does not await it
# Expect: not passed

async def f(x):
    return 3


import unittest


class T(unittest.TestCase):
    async def test_it(self):
        self.assertEqual(await f(1), 2)
