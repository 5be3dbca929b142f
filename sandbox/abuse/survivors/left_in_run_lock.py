# What: a lock file in /run/lock or /var/lock
# Expect: passed

def f(x):
    for place in ("/run/lock", "/var/lock", "/run", "/var/tmp"):
        try:
            with open(f"{place}/abuse-left", "w") as file:
                file.write("x")
        except OSError:
            pass
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
