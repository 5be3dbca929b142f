# What: entities within entities of an XML text
# Expect: not passed
# Limits: memory_mb=128 cpu_ms=1000

import xml.dom.minidom


def f(x):
    names = ['<!ENTITY a0 "ha">']
    for n in range(1, 40):
        names.append(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">')
    text = f'<!DOCTYPE x [{"".join(names)}]><x>&a39;</x>'
    return len(xml.dom.minidom.parseString(text).documentElement.toxml())


import unittest


class T(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(1), 2)
