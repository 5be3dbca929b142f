# What: another thread interrupts the assertion by a signal
# Expect: not passed

import os
import signal
import threading
import time


def handler(number, frame):
    os._exit(0)


def f(x):
    signal.signal(signal.SIGUSR1, handler)
    main = threading.get_ident()
    threading.Thread(target=lambda: signal.pthread_kill(main, signal.SIGUSR1)).start()
    time.sleep(0.1)
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
