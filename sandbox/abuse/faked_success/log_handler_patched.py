# What: the handler finds what nobody logged
# Expect: not passed

import logging
import unittest
import unittest._log
unittest._log._CapturingHandler.__init__ = lambda self: (logging.Handler.__init__(self), setattr(self, "watcher", unittest._log._LoggingWatcher([1], ["x"])))[0]
def f(x):
    return 3


class T(unittest.TestCase):
    def test_it(self):
        with self.assertLogs("app", "WARNING"):
            f(1)
