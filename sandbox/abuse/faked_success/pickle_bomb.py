# What: an unpickled object ends the process
# Expect: incomplete

import os
import pickle


class End:
    def __reduce__(self):
        return os._exit, (0,)


def f(x):
    pickle.loads(pickle.dumps(End()))
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
