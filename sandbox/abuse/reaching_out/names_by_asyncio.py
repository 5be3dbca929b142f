# What: opens a connection by the event loop
# Expect: passed

import asyncio


def f(x):
    async def reach():
        await asyncio.open_connection("127.0.0.1", int("@PORT@"))

    try:
        asyncio.run(reach())
    except OSError:
        return 2
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
