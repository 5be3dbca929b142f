# What: has threading set a trace function
# Expect: tampered

import threading


def f(x):
    threading.settrace(lambda *a: None)
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
