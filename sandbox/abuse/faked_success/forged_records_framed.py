# What: writes forged records in the right frame, with a guessed signature
# Expect: tampered

import json
import os


def f(x):
    data = b""
    for number, record in enumerate(
        (
            {"hello": 1},
            {"test": "T.test_it", "status": "passed", "message": "", "exception": ""},
            {"end": True, "flags": []},
        )
    ):
        body = number.to_bytes(8, "little") + json.dumps(record).encode()
        data += len(body).to_bytes(4, "little") + bytes(32) + body
    for number in range(3, 64):
        try:
            os.write(number, data)
        except OSError:
            pass
    os._exit(0)


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
