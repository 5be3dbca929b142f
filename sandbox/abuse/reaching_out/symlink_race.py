# What: exchanges a folder of the scratch folder for a link while files are written
# Expect: passed

import os
import threading


def f(x):
    os.mkdir("real")
    os.symlink("/unitmill", "link")
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            try:
                os.rename("real", "kept")
                os.rename("link", "real")
                os.rename("real", "link")
                os.rename("kept", "real")
            except OSError:
                pass

    thread = threading.Thread(target=swap)
    thread.start()
    for _ in range(300):
        try:
            with open("real/abuse-left", "w") as file:
                file.write("x")
        except OSError:
            pass
    stop.set()
    thread.join()
    return 2 if not os.path.exists("/unitmill/abuse-left") else 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
