# What: the same by a generator's frame
# Expect: not passed

import unittest


def f(x):
    def numbers():
        yield generator.gi_frame.f_back

    generator = numbers()
    frame = next(generator)
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, unittest.TestResult):
                value.addSuccess(frame.f_locals.get("self"))
        frame = frame.f_back
    return 3


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
