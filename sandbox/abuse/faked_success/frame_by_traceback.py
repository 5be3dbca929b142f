# What: the same by a traceback's frames
# Expect: not passed

import unittest


def f(x):
    try:
        raise ValueError
    except ValueError as error:
        frame = error.__traceback__.tb_frame
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
