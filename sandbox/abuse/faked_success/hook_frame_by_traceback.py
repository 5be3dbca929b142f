# What: reaches the state of the audit hook by the traceback of its refusal
# Expect: tampered

import gc
import threading


def disarm(error):
    trace = error.__traceback__
    while trace is not None:
        found = trace.tb_frame.f_locals
        if "flags" in found:
            found["flags"].seen.clear()
        if "self" in found and hasattr(found["self"], "seen"):
            found["self"].seen.clear()
        if "judge_ident" in found:
            found["judge_ident"][0] = threading.get_ident()
        trace = trace.tb_next


def f(x):
    try:
        gc.get_objects()
    except RuntimeError as error:
        disarm(error)
    for thing in gc.get_objects():
        if hasattr(thing, "tests") and hasattr(thing, "flags"):
            thing.flags.seen.clear()
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
