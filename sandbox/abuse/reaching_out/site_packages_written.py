# What: writes to the environment's packages
# Expect: passed

import os
import site
import sysconfig


def f(x):
    purelib = sysconfig.get_paths()["purelib"]
    for name in ("sitecustomize.py", "usercustomize.py", "abuse-left.pth"):
        for folder in {purelib, *site.getsitepackages()}:
            try:
                with open(os.path.join(folder, name), "w") as file:
                    file.write("import os")
            except OSError:
                continue
            return folder
    return 2


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
