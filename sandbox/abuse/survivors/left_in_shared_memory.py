# What: a file in /dev/shm
# Expect: passed

def f(x):
    with open("/dev/shm/abuse-left", "w") as file:
        file.write("x")
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
