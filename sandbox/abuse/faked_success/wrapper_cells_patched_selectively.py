# What: replaces what is in the wrappers' closures, for this test class only
# Expect: not passed

import unittest


def f(x):
    return 3


function = unittest.TestCase._callTestMethod
for cell in function.__closure__ or ():
    genuine = cell.cell_contents

    def selective(self, method, genuine=genuine):
        if type(self).__name__ != "T":
            return genuine(self, method)
        return None

    cell.cell_contents = selective


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
