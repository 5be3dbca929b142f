# What: the scratch folder has an end
# Expect: passed

def f(x):
    try:
        for n in range(100):
            with open(f"a{n}", "wb") as file:
                file.write(bytes(32 << 20))
    except OSError as error:
        return 2 if error.errno == 28 else error.errno


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
