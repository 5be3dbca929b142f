# What: writes forged records to every descriptor
# Expect: tampered

import os


def f(x):
    record = b'{"test":"T.test_it","status":"passed","message":"","exception":""}'
    for number in range(256):
        try:
            os.write(number, record)
        except OSError:
            pass
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
