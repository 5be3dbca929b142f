# What: another thread writes to what the hook's frame shows while the hook runs
# Expect: not passed

import gc
import sys
import threading


def spin(frame_of):
    while True:
        frame = frame_of[0]
        if frame is not None:
            for value in list(frame.f_locals.values()):
                if type(value) is list:
                    value.append(threading.main_thread().ident)


def f(x):
    sys.setswitchinterval(1e-6)
    frame_of = [sys._getframe()]
    threading.Thread(target=spin, args=(frame_of,), daemon=True).start()
    for _ in range(1000):
        compile("1", "x", "eval")
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
